import OrderMessages

/// What the objects of AsyncAPI 3.0 may and must have, as far as the document uses them; `*` in a path is every member.
struct AsyncAPIShape {
    let path: String
    let known: Set<String>
    let wanted: Set<String>

    private init(_ path: String, _ known: Set<String>, wants wanted: Set<String> = []) {
        self.path = path
        self.known = known.union(wanted)
        self.wanted = wanted
    }

    static let all: [AsyncAPIShape] = [
        Self(
            "",
            ["id", "servers", "defaultContentType", "channels", "operations", "components"],
            wants: ["asyncapi", "info"]
        ),
        Self(
            "info",
            ["description", "termsOfService", "contact", "license", "tags", "externalDocs"],
            wants: ["title", "version"]
        ),
        Self(
            "servers/*",
            [
                "pathname", "protocolVersion", "description", "title", "summary", "variables", "security", "tags",
                "bindings",
            ],
            wants: ["host", "protocol"]
        ),
        Self("servers/*/variables/*", ["enum", "default", "description", "examples"]),
        Self(
            "channels/*",
            ["title", "summary", "description", "servers", "parameters", "tags", "externalDocs"],
            wants: ["address", "messages", "bindings"]
        ),
        Self("channels/*/parameters/*", ["enum", "default", "description", "examples", "location"]),
        Self("channels/*/bindings/amqp", ["exchange", "queue"], wants: ["is", "bindingVersion"]),
        Self(
            "operations/*",
            [
                "title", "summary", "description", "security", "tags", "externalDocs", "bindings", "traits", "messages",
                "reply",
            ],
            wants: ["action", "channel"]
        ),
        Self("operations/*/reply", ["address", "channel", "messages"]),
        Self("operations/*/reply/address", ["description"], wants: ["location"]),
        Self(
            "components/operationTraits/*",
            ["title", "summary", "description", "security", "tags", "externalDocs", "bindings"]
        ),
        Self(
            "components/operationTraits/*/bindings/amqp",
            ["expiration", "userId", "cc", "priority", "deliveryMode", "mandatory", "bcc", "timestamp", "ack"],
            wants: ["bindingVersion"]
        ),
        Self(
            "components/messages/*",
            [
                "headers", "correlationId", "contentType", "description", "tags", "externalDocs", "bindings", "traits",
            ],
            wants: ["payload", "name", "title", "summary", "examples"]
        ),
        Self("components/messages/*/bindings/amqp", ["contentEncoding", "messageType"], wants: ["bindingVersion"]),
        Self(
            "components/messageTraits/*",
            [
                "headers", "correlationId", "contentType", "name", "title", "summary", "description", "tags",
                "externalDocs", "bindings", "examples",
            ]
        ),
        Self("components/securitySchemes/*", ["description", "name", "in", "scheme"], wants: ["type"]),
        Self("components/correlationIds/*", ["description"], wants: ["location"]),
    ]
}

extension JSON {
    /// What a pointer of the form `#/a/b` leads to.
    func at(_ pointer: String) -> JSON? {
        pointer.split(separator: "/").dropFirst().reduce(self as JSON?) { value, name in value?[String(name)] }
    }

    /// Everything along a path whose `*` is every member; what isn't there is left out.
    func all(along path: String) -> [JSON] {
        path.split(separator: "/").reduce([self]) { values, name in
            values.flatMap { value in
                name == "*" ? value.object?.members.map(\.value) ?? [] : [value[String(name)]].compactMap(\.self)
            }
        }
    }

    /// The values of that name, at every depth; what an example holds is no part of the document.
    func values(named name: String) -> [JSON] {
        switch self {
        case .object(let object):
            object.members.filter { $0.name != "examples" }.flatMap { member in
                (member.name == name ? [member.value] : []) + member.value.values(named: name)
            }
        case .array(let elements): elements.flatMap { $0.values(named: name) }
        case .null, .bool, .integer, .number, .string: []
        }
    }
}
