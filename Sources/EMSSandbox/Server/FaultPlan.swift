import HTTPTypes

/// The faults that are armed, in the order in which they were added; the first that matches strikes.
struct FaultPlan: Sendable {
    private(set) var faults: [Fault] = []
    private var nextId = 1

    mutating func add(_ fault: Fault) -> Fault {
        var fault = fault
        fault.id = nextId
        nextId += 1
        faults.append(fault)
        return fault
    }

    /// The fault that strikes this call.
    ///
    /// One that is used up stays, so that its hits can be read.
    mutating func take(_ method: HTTPRequest.Method, _ path: Substring, _ match: Endpoint.Match) -> Fault? {
        for index in faults.indices where faults[index].remaining != 0 && faults[index].matches(method, path, match) {
            if let rate = faults[index].rate, Double.random(in: 0..<1) >= rate { continue }
            if let remaining = faults[index].remaining { faults[index].remaining = remaining - 1 }
            faults[index].hits += 1
            return faults[index]
        }
        return nil
    }
}
