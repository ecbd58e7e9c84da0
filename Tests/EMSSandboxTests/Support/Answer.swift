import Testing

@testable import EMSSandbox

/// An answer as it came over the wire.
struct Answer: Sendable {
    var status: Int
    var headers: [String: String]
    var text: String

    /// Nil when the connection ended without a complete answer.
    init?(_ bytes: [UInt8]) {
        let all = String(decoding: bytes, as: UTF8.self)
        guard let end = all.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = all[..<end.lowerBound].split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        self.status = status
        headers = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts[1].drop { $0 == " " }.description
        }
        text = String(all[end.upperBound...])
        guard text.utf8.count == Int(headers["content-length"] ?? "0") else { return nil }
    }

    var json: JSON { get throws { try JSONParser.parse(Array(text.utf8)) } }

    /// A value by a path such as `entitlement.productKeys.productKey.0.state`.
    func at(_ path: String) throws -> JSON? { try json.at(path) }

    func text(_ path: String) throws -> String { try #require(try at(path)?.text, "\(path) in \(text)") }

    var errorCode: JSON? { try? at("errorResponse.errorCode") }
}

extension JSON {
    func at(_ path: String) -> JSON? {
        path.split(separator: ".").reduce(Optional(self)) { json, name in
            if case .array(let elements) = json, let index = Int(name) {
                return elements.indices.contains(index) ? elements[index] : nil
            }
            return json?[String(name)]
        }
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }
}
