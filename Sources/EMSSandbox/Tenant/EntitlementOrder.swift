/// `sortByAsc` and `sortByDesc`; a field that isn't known here is ignored.
struct EntitlementOrder {
    private let value: (Entitlement) -> String
    private let isAscending: Bool

    init?(_ query: Query) {
        guard let name = query["sortByAsc"] ?? query["sortByDesc"], let value = Self.value(name) else { return nil }
        self.value = value
        isAscending = query["sortByAsc"] != nil
    }

    func precedes(_ left: Entitlement, _ right: Entitlement) -> Bool {
        isAscending ? value(left) < value(right) : value(right) < value(left)
    }

    private static func value(_ name: String) -> ((Entitlement) -> String)? {
        switch name {
        case "startDate": { $0.validity.start.text }
        case "endDate": { $0.validity.end?.text ?? "" }
        case "externalId": { $0.externalId }
        case "eId": { $0.eId }
        case "refId1": { $0.refId1 }
        case "refId2": { $0.refId2 }
        case "creationDate": { $0.created.text }
        case "lastModifiedDate": { $0.lastModified.text }
        default: nil
        }
    }
}
