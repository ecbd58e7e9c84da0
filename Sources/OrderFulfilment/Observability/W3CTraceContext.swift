public import Instrumentation
import ServiceContextModule

/// W3C trace context, carried from command to EMS calls to outcome even where no tracing backend is set up.
public struct W3CTraceContext: Hashable, Sendable {
    /// `traceparent`, as it came.
    public var traceparent: String
    /// `tracestate`, as it came.
    public var tracestate: String?

    /// Takes the headers as they came.
    public init(traceparent: String, tracestate: String? = nil) {
        self.traceparent = traceparent
        self.tracestate = tracestate
    }
}

private enum W3CTraceContextKey: ServiceContextKey {
    typealias Value = W3CTraceContext
}

extension ServiceContext {
    /// The trace that the current work belongs to.
    public var w3cTraceContext: W3CTraceContext? {
        get { self[W3CTraceContextKey.self] }
        set { self[W3CTraceContextKey.self] = newValue }
    }
}

/// Hands the trace on as it came: what is bootstrapped unless a tracing backend is.
public struct W3CPropagator: Instrument {
    /// Nothing to set up.
    public init() {}

    /// Reads `traceparent` and `tracestate`.
    public func extract<Carrier, Extract>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract: Extractor, Extract.Carrier == Carrier {
        guard let traceparent = extractor.extract(key: "traceparent", from: carrier) else { return }
        context.w3cTraceContext = W3CTraceContext(
            traceparent: traceparent,
            tracestate: extractor.extract(key: "tracestate", from: carrier)
        )
    }

    /// Writes `traceparent` and `tracestate`.
    public func inject<Carrier, Inject>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject: Injector, Inject.Carrier == Carrier {
        guard let trace = context.w3cTraceContext else { return }
        injector.inject(trace.traceparent, forKey: "traceparent", into: &carrier)
        if let tracestate = trace.tracestate { injector.inject(tracestate, forKey: "tracestate", into: &carrier) }
    }
}
