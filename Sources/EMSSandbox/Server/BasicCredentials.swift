import Foundation

/// Basic authentication, which EMS wants on every call.
enum BasicCredentials {
    static func accept(_ header: String?, _ username: String, _ password: String) -> Bool {
        guard let header else { return false }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic",
            let data = Data(base64Encoded: parts[1].trimmingCharacters(in: .whitespaces))
        else { return false }
        return data.elementsEqual("\(username):\(password)".utf8)
    }
}
