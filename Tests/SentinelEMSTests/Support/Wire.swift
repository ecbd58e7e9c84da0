/// Bodies as a tenant writes them.
enum Wire {
    static func line(
        _ name: String,
        pkId: String? = nil,
        quantity: Int = 10,
        available: Int? = nil,
        end: String = "2026-12-31",
        state: String = "ENABLE",
        product: String = "GC3040"
    ) -> String {
        """
        {"pkId":"\(pkId ?? "pk-\(name)")","creationDate":"2026-01-01 14:24","externalId":"SUB-1/\(name)",
         "startDate":"2026-01-01","expiry":{"neverExpires":false,"endDate":"\(end)"},"totalQuantity":\(quantity),
         "availableQuantity":\(available ?? quantity),"splittedQuantity":0,"activationMethod":"FIXED","fixedQuantity":1,
         "state":"\(state)","item":{"itemProduct":{"product":{"externalId":"\(product)","id":"p-1","identifier":"29",
         "nameVersion":{"name":"Geo","version":"1.0"}}}},"customAttributes":null}
        """
    }

    static func entitlement(
        _ lines: String...,
        end: String = "2026-12-31",
        state: String = "ENABLE",
        orderID: String = "SO-1",
        attributes: [String: String] = [:]
    ) -> String {
        let custom = attributes.sorted { $0.key < $1.key }
            .map { #"{"name":"\#($0.key)","value":"\#($0.value)"}"# }.joined(separator: ",")
        return """
            {"entitlement":{"externalId":"SUB-1","eId":"e-1","id":"8268d7c1","startDate":"2026-01-01",
             "expiry":{"neverExpires":false,"endDate":"\(end)"},"customer":{"id":"c-1","name":"Acme","identifier":"i-1",
             "externalId":"CUST-1"},"contact":null,"entitlementPartners":null,"refId1":"PO-1","refId2":"\(orderID)",
             "state":"\(state)","customAttributes":{"customAttribute":[\(custom)]},
             "productKeys":{"productKey":[\(lines.joined(separator: ","))]},"entitlementAttributes":null}}
            """
    }
}
