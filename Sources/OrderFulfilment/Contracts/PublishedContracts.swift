import AMQP
public import OrderMessages

/// All that `Contracts/` publishes: what messages mean, and where they go.
public enum PublishedContracts {
    /// Every generated document, in the order of their paths.
    public static func documents() throws -> [ContractDocuments.Document] {
        let topology = OrderTopology()
        let definitions = try TopologyDefinitions.json(topology.topology, virtualHost: AsyncAPI.virtualHost) + "\n"
        let documents =
            ContractDocuments.all() + [
                ("asyncapi.json", AsyncAPI(topology: topology).document.prettyText), ("topology.json", definitions),
            ]
        return documents.sorted { $0.path < $1.path }
    }
}
