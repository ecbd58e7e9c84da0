import HTTPTypes

/// A refusal in the shape that EMS answers with.
struct EMSError: Error, Equatable {
    var status: HTTPResponse.Status
    var code: Code
    var description: String

    /// The numbers in `errorCode`.
    ///
    /// Only the first two have evidence; the others are INVENTED: no client may branch on them.
    enum Code: Int {
        case notFound = 125
        case invalidJSON = 152

        case invalidRequest = 90_001
        case unauthorized = 90_002
        case methodNotAllowed = 90_003
        case unsupportedMediaType = 90_004
        case tooLarge = 90_005
        case illegalState = 90_010
        case duplicate = 90_011
        case unknownReference = 90_012
        case productNotEnabled = 90_013
        case quantity = 90_014
        case missing = 90_015
        case inUse = 90_016
        case injected = 90_090
        case internalError = 90_099
    }

    init(_ status: HTTPResponse.Status, _ code: Code, _ description: String) {
        self.status = status
        self.code = code
        self.description = description
    }

    static var notFound: EMSError { EMSError(.notFound, .notFound, "The requested resource is not found.") }

    /// The evidence has the code and the words, not the status; 400 is inferred.
    static func invalidJSON(_ detail: String) -> EMSError {
        EMSError(.badRequest, .invalidJSON, "Invalid JSON string provided: \(detail)")
    }

    static func refused(_ code: Code, _ description: String) -> EMSError { EMSError(.badRequest, code, description) }

    var reply: Reply {
        let body: JSON = [
            "errorResponse": [
                "errorCode": .integer(code.rawValue),
                "description": .string(description),
                "developerMessage": .string("com.sfnt.ems.util.EMSException: \(description)"),
            ]
        ]
        return Reply(status: status, body: body)
    }
}
