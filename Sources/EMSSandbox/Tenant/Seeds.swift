/// What a fresh sandbox holds.
enum Seeds {
    /// The custom attributes that this tenant has configured for entitlements.
    ///
    /// Others are taken as well.
    static let entitlementAttributes = ["Order Number", "Order Type", "Ends With Term"]

    static func tenant(at now: AuditStamp) -> Tenant {
        var tenant = Tenant()
        let catalogue: [(name: String, version: String, externalId: String, state: EMSState, feature: String)] = [
            ("Geo Capture Standard", "1.0", "GC3040", .enable, "Capture"),
            ("Geo Capture Professional", "1.0", "GC3041", .enable, "Analysis"),
            ("Geo Capture Team Add-On", "2.1", "GC3042", .enable, "Sharing"),
            ("Geo Capture Next", "3.0", "GC3090", .draft, "Preview"),
        ]
        for (index, entry) in catalogue.enumerated() {
            tenant.products.put(
                Product(
                    id: Tenant.newId(),
                    name: entry.name,
                    version: entry.version,
                    identifier: String(29 + index),
                    externalId: entry.externalId,
                    state: entry.state,
                    featureId: Tenant.newId(),
                    featureName: entry.feature,
                    featureIdentifier: 31 + index,
                    created: now
                )
            )
        }
        tenant.partners.put(
            Partner(
                id: Tenant.newId(),
                name: "Northern Channel",
                identifier: "PARTNER-1",
                externalId: "CP-1",
                created: now
            )
        )
        return tenant
    }
}
