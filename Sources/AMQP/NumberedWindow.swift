/// Values that are numbered from 1 without gaps and taken out in any order: the open part of a channel's sequence.
///
/// Memory holds what lies between the oldest and the newest open value; every operation is constant in time, on average.
package struct NumberedWindow<Value> {
    /// The value of number `base + offset`, or `nil` when it was taken, as everything before `head` was.
    private var values: [Value?] = []
    private var head = 0
    private var base: UInt64 = 1
    /// Values that are open.
    package private(set) var count = 0

    package init() {}

    /// The number that the next value will have.
    package var next: UInt64 { base + UInt64(values.count) }

    /// The number of the oldest open value, or `next` when none is open.
    package var oldest: UInt64 { base + UInt64(head) }

    /// Adds a value and says its number.
    @discardableResult
    package mutating func append(_ value: Value) -> UInt64 {
        defer { count += 1 }
        values.append(value)
        return next - 1
    }

    /// The open value of a number; `nil` when it was taken or never given.
    package subscript(number: UInt64) -> Value? {
        get { contains(number) ? values[Int(number - base)] : nil }
        set {
            guard contains(number), values[Int(number - base)] != nil, let newValue else { return }
            values[Int(number - base)] = newValue
        }
    }

    /// Takes the open value of a number; `nil` when it was taken before or never given.
    package mutating func take(_ number: UInt64) -> Value? {
        guard contains(number), let value = values[Int(number - base)] else { return nil }
        values[Int(number - base)] = nil
        count -= 1
        while head < values.count, values[head] == nil { head += 1 }
        // Cut when half of it is empty: each value is moved once at most, on average.
        if head * 2 > values.count {
            values.removeFirst(head)
            base += UInt64(head)
            head = 0
        }
        return value
    }

    private func contains(_ number: UInt64) -> Bool { number >= oldest && number < next }
}

extension NumberedWindow: Sendable where Value: Sendable {}
