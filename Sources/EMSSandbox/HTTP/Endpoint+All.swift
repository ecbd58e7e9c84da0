import HTTPTypes

extension Endpoint {
    /// The API, as far as the sandbox has it.
    static let all: [Endpoint] = [
        Endpoint(.post, "/entitlements", body: true, Tenant.addEntitlement),
        Endpoint(.get, "/entitlements", Tenant.searchEntitlements),
        Endpoint(.get, "/entitlements/{key}", Tenant.getEntitlement),
        Endpoint(.put, "/entitlements/{key}", body: true, Tenant.replaceEntitlement),
        Endpoint(.patch, "/entitlements/{key}", body: true, Tenant.updateEntitlement),
        Endpoint(.delete, "/entitlements/{key}", Tenant.deleteEntitlement),
        Endpoint(.post, "/entitlements/{key}/enable", Tenant.enableEntitlement),
        Endpoint(.post, "/entitlements/{key}/disable", Tenant.disableEntitlement),
        Endpoint(.post, "/entitlements/{key}/close", Tenant.closeEntitlement),
        Endpoint(.put, "/entitlements/{key}/customer", body: true, Tenant.associateCustomer),
        Endpoint(.delete, "/entitlements/{key}/customer", Tenant.removeCustomer),
        Endpoint(.put, "/entitlements/{key}/contact", body: true, Tenant.associateContact),
        Endpoint(.delete, "/entitlements/{key}/contact", Tenant.removeContact),
        Endpoint(.post, "/entitlements/{key}/productKeys", body: true, Tenant.addProductKey),

        Endpoint(.get, "/productKeys/{key}", Tenant.getProductKey),
        Endpoint(.patch, "/productKeys/{key}", body: true, Tenant.updateProductKey),
        Endpoint(.post, "/productKeys/{key}/enable", Tenant.enableProductKey),
        Endpoint(.post, "/productKeys/{key}/disable", Tenant.disableProductKey),
        Endpoint(.post, "/productKeys/{key}/close", Tenant.closeProductKey),

        Endpoint(.post, "/customers", body: true, Tenant.addCustomer),
        Endpoint(.get, "/customers", Tenant.searchCustomers),
        Endpoint(.get, "/customers/{key}", Tenant.getCustomer),
        Endpoint(.patch, "/customers/{key}", body: true, Tenant.updateCustomer),
        Endpoint(.delete, "/customers/{key}", Tenant.deleteCustomer),

        Endpoint(.post, "/contacts", body: true, Tenant.addContact),
        Endpoint(.get, "/contacts", Tenant.searchContacts),
        Endpoint(.get, "/contacts/{key}", Tenant.getContact),
        Endpoint(.patch, "/contacts/{key}", body: true, Tenant.updateContact),
        Endpoint(.delete, "/contacts/{key}", Tenant.deleteContact),

        Endpoint(.get, "/products", Tenant.searchProducts),
        Endpoint(.get, "/products/{key}", Tenant.getProduct),
        Endpoint(.get, "/partners", Tenant.searchPartners),
        Endpoint(.get, "/partners/{key}", Tenant.getPartner),

        Endpoint(.post, "/activations/bulkActivate", body: true, Tenant.bulkActivate),
        Endpoint(.get, "/activations", Tenant.searchActivations),
        Endpoint(.get, "/activations/{key}", Tenant.getActivation),
        Endpoint(.get, "/transactions", Tenant.searchTransactions),
    ]
}
