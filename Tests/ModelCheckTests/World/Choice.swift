/// One thing that may happen next.
struct Choice {
    /// As traces tell it.
    var label: String
    /// Set when it uses up a fault.
    var fault: Fault?
    var perform: () -> Void

    init(_ label: String, _ fault: Fault? = nil, _ perform: @escaping () -> Void) {
        (self.label, self.fault, self.perform) = (label, fault, perform)
    }
}
