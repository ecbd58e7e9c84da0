import OrderMessages
import SubscriptionLifecycle

/// The messages of a run: each is made from the seed and its index alone.
struct MessageSource: Sendable {
    /// How a message came about.
    enum Origin: Hashable, Sendable {
        case valid
        case edge(Limit, Limit.Side)
        /// Just as large as a message may be, or a byte larger.
        case size(Limit.Side)
        case damaged
    }

    struct Message: Sendable {
        let index: Int
        let operation: OrderOperation
        let origin: Origin
        let draft: Draft
        /// Whether it is sent in binary mode, where it can be.
        let isBinary: Bool
    }

    /// An edge that a message of the run stands on.
    struct Edge: Hashable, Sendable {
        let operation: OrderOperation
        let limit: Limit
        let side: Limit.Side

        /// Messages with very long lists take long to check.
        var isLong: Bool { if case .most(let count) = limit.rule { count > 100 } else { false } }
    }

    let seed: UInt64
    let schemas: [OrderOperation: Schema]
    /// Every limit of every operation, on each of its sides: the first messages of a run stand on these.
    let edges: [Edge]
    private let shortEdges: [Edge]

    init(seed: UInt64, schema: (OrderOperation) -> Schema = CommandSchema.event) {
        self.seed = seed
        schemas = Dictionary(uniqueKeysWithValues: OrderOperation.allCases.map { ($0, schema($0)) })
        edges = OrderOperation.allCases.flatMap { operation in
            Limit.all(in: schema(operation)).flatMap { limit in
                limit.sides.map { Edge(operation: operation, limit: limit, side: $0) }
            }
        }
        shortEdges = edges.filter { !$0.isLong }
    }

    func message(_ index: Int) -> Message {
        var chance = Chance(seed: seed, index: index)
        if index < edges.count { return onEdge(edges[index], index, &chance, isBinary: false) }
        if index < edges.count + 2 * OrderOperation.allCases.count { return large(index - edges.count, index, &chance) }
        let operation = chance.one(OrderOperation.allCases)
        let isBinary = chance.happens(15)
        switch chance.number(0...99) {
        case 0..<25:
            let draft = value(operation, nil, &chance)
            return Message(index: index, operation: operation, origin: .valid, draft: draft, isBinary: isBinary)
        case 25..<60:
            return onEdge(chance.one(chance.happens(1) ? edges : shortEdges), index, &chance, isBinary: isBinary)
        default:
            let draft = value(operation, nil, &chance)
            var damage = Damage(chance: chance)
            return Message(
                index: index,
                operation: operation,
                origin: .damaged,
                draft: damage.damaged(draft),
                isBinary: isBinary
            )
        }
    }

    private func onEdge(_ edge: Edge, _ index: Int, _ chance: inout Chance, isBinary: Bool) -> Message {
        let draft = value(edge.operation, Maker.Wish(edge.limit, edge.side), &chance)
        return Message(
            index: index,
            operation: edge.operation,
            origin: .edge(edge.limit, edge.side),
            draft: draft,
            isBinary: isBinary
        )
    }

    private func large(_ number: Int, _ index: Int, _ chance: inout Chance) -> Message {
        let operation = OrderOperation.allCases[number / 2]
        let side: Limit.Side = number % 2 == 0 ? .met : .violated
        // An extension attribute may have any length.
        var members = (value(operation, nil, &chance).members ?? []) + [.init("filling", .text(""))]
        let missing = Translator().maximumMessageSize - Draft.object(members).bytes.count + (side == .met ? 0 : 1)
        members[members.count - 1].value = .text(String(repeating: "a", count: max(0, missing)))
        return Message(
            index: index,
            operation: operation,
            origin: .size(side),
            draft: .object(members),
            isBinary: false
        )
    }

    private func value(_ operation: OrderOperation, _ wish: Maker.Wish?, _ chance: inout Chance) -> Draft {
        guard let schema = schemas[operation] else { return .object([]) }
        var maker = Maker(chance: chance)
        defer { chance = maker.chance }
        return maker.value(schema, wish)
    }
}
