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
        /// Nested just as deep as a message may be (which no schema allows, though it can be read), or a level deeper.
        case depth(Limit.Side)
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

        /// There are many ways to miss a pattern.
        var isForm: Bool {
            switch limit.rule {
            case .pattern, .namePattern, .day: side == .violated
            case .type, .null, .minimum, .maximum, .whole, .shortest, .longest, .bytes, .words, .fewest,
                .most, .required,
                .known, .nameShortest, .nameLongest, .mostMembers, .exactlyOne, .oneNotEmpty, .together:
                false
            }
        }

        /// Messages with very long lists take long to check.
        var isLong: Bool { if case .most(let count) = limit.rule { count > 100 } else { false } }
    }

    let seed: UInt64
    let schemas: [OrderOperation: Schema]
    /// Every limit of every operation, on each of its sides.
    let edges: [Edge]
    /// The first messages of a run stand on these.
    private let firstEdges: [Edge]
    private let shortEdges: [Edge]

    init(seed: UInt64, schema: (OrderOperation) -> Schema = CommandSchema.event) {
        self.seed = seed
        schemas = Dictionary(uniqueKeysWithValues: OrderOperation.allCases.map { ($0, schema($0)) })
        edges = OrderOperation.allCases.flatMap { operation in
            Limit.all(in: schema(operation)).flatMap { limit in
                limit.sides.map { Edge(operation: operation, limit: limit, side: $0) }
            }
        }
        firstEdges = edges + (0..<8).flatMap { [edges] _ in edges.filter(\.isForm) }
        shortEdges = edges.filter { !$0.isLong }
    }

    func message(_ index: Int) -> Message {
        var chance = Chance(seed: seed, index: index)
        if index < firstEdges.count {
            return onEdge(firstEdges[index], index, &chance, isBinary: false)
        }
        if index < firstEdges.count + 4 * OrderOperation.allCases.count {
            return large(index - firstEdges.count, index, &chance)
        }
        let operation = chance.one(OrderOperation.allCases)
        let isBinary = chance.happens(15)
        switch chance.number(0...99) {
        case 0..<25:
            let draft = value(operation, nil, &chance)
            return Message(
                index: index,
                operation: operation,
                origin: .valid,
                draft: draft,
                isBinary: isBinary
            )
        case 25..<60:
            return onEdge(
                chance.one(chance.happens(1) ? edges : shortEdges),
                index,
                &chance,
                isBinary: isBinary
            )
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

    /// On one of the limits that are the whole message's.
    private func large(_ number: Int, _ index: Int, _ chance: inout Chance) -> Message {
        let operation = OrderOperation.allCases[number / 4]
        let side: Limit.Side = number % 2 == 0 ? .met : .violated
        // An extension attribute may have any length.
        var members = (value(operation, nil, &chance).members ?? []) + [.init("filling", .text(""))]
        if number % 4 < 2 {
            let missing = (1 << 20) - Draft.object(members).bytes.count + (side == .met ? 0 : 1)
            members[members.count - 1].value = .text(String(repeating: "a", count: max(0, missing)))
        } else {
            // The event is the first level.
            var filling = Draft.list([])
            for _ in 0..<(side == .met ? 30 : 31) { filling = .list([filling]) }
            members[members.count - 1].value = filling
        }
        return Message(
            index: index,
            operation: operation,
            origin: number % 4 < 2 ? .size(side) : .depth(side),
            draft: .object(members),
            isBinary: false
        )
    }

    private func value(_ operation: OrderOperation, _ wish: Maker.Wish?, _ chance: inout Chance)
        -> Draft
    {
        guard let schema = schemas[operation] else { return .object([]) }
        var maker = Maker(chance: chance)
        defer { chance = maker.chance }
        return maker.value(schema, wish)
    }
}
