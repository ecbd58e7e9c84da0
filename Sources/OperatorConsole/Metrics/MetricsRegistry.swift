public import CoreMetrics
import Synchronization

/// A metrics backend for swift-metrics that keeps every value in memory for `/metrics`.
///
/// Counters count, meters and gauges keep the last value, recorders and timers keep count and sum.
public final class MetricsRegistry: MetricsFactory {
    private struct Key: Hashable {
        var label: String
        var dimensions: [String]
    }

    private struct Series {
        var kind: Kind
        var labels: [(String, String)]
        var count: Int64 = 0
        var sum: Double = 0
        var last: Double = 0
    }

    private enum Kind: String {
        case counter
        case gauge
        case summary
    }

    private let series = Mutex<[Key: Series]>([:])

    /// Empty.
    public init() {}

    /// Every series in Prometheus' text format.
    public func prometheusText() -> String {
        let all = series.withLock { $0 }
        var output = PrometheusText()
        for (label, members) in Dictionary(grouping: all, by: \.key.label).sorted(by: { $0.key < $1.key }) {
            let sorted = members.sorted { $0.key.dimensions.lexicographicallyPrecedes($1.key.dimensions) }.map(\.value)
            guard let kind = sorted.first?.kind else { continue }
            switch kind {
            case .counter: output.metric(label, kind.rawValue, label, sorted.map { ($0.labels, Double($0.count)) })
            case .gauge: output.metric(label, kind.rawValue, label, sorted.map { ($0.labels, $0.last) })
            case .summary:
                output.metric(label, kind.rawValue, label, [])
                for member in sorted {
                    output.sample(label + "_sum", member.labels, member.sum)
                    output.sample(label + "_count", member.labels, Double(member.count))
                }
            }
        }
        return output.text
    }

    /// A counter that starts at zero.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        cell(label, dimensions, .counter)
    }

    /// A summary of count and sum, or the last value when it doesn't aggregate.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        cell(label, dimensions, aggregate ? .summary : .gauge)
    }

    /// The last value.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        cell(label, dimensions, .gauge)
    }

    /// A summary of count and sum, in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        cell(label + "_seconds", dimensions, .summary)
    }

    /// Values stay: a counter that comes back goes on.
    public func destroyCounter(_: any CounterHandler) {}
    /// Values stay.
    public func destroyRecorder(_: any RecorderHandler) {}
    /// Values stay.
    public func destroyMeter(_: any MeterHandler) {}
    /// Values stay.
    public func destroyTimer(_: any TimerHandler) {}

    private func cell(_ label: String, _ dimensions: [(String, String)], _ kind: Kind) -> Cell {
        let key = Key(label: label, dimensions: dimensions.flatMap { [$0.0, $0.1] })
        series.withLock { series in
            if series[key] == nil { series[key] = Series(kind: kind, labels: dimensions) }
        }
        return Cell(registry: self, key: key)
    }

    private func update(_ key: Key, _ change: (inout Series) -> Void) {
        series.withLock { series in
            if series[key] != nil, var value = series[key] {
                change(&value)
                series[key] = value
            }
        }
    }

    /// One series, as each kind of handler.
    private final class Cell: CounterHandler, RecorderHandler, MeterHandler, TimerHandler {
        let registry: MetricsRegistry
        let key: Key

        init(registry: MetricsRegistry, key: Key) {
            self.registry = registry
            self.key = key
        }

        func increment(by amount: Int64) { registry.update(key) { $0.count &+= amount } }

        func reset() { registry.update(key) { $0.count = 0 } }

        func record(_ value: Int64) { record(Double(value)) }

        func record(_ value: Double) {
            registry.update(key) { series in
                series.count += 1
                series.sum += value
                series.last = value
            }
        }

        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

        func set(_ value: Int64) { set(Double(value)) }

        func set(_ value: Double) { registry.update(key) { $0.last = value } }

        func increment(by amount: Double) { registry.update(key) { $0.last += amount } }

        func decrement(by amount: Double) { registry.update(key) { $0.last -= amount } }
    }
}
