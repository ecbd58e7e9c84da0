extension DeadLetterReason {
    var explanation: Explanation {
        switch self {
        case .malformedMessage:
            Explanation(
                "The bytes are no JSON event, or the content type is not accepted.",
                "Correct the publisher; edit and replay."
            )
        case .unknownType: Explanation("The type names no operation.", "Correct type; edit and replay.")
        case .unsupportedVersion:
            Explanation(
                "The version of the type, or of CloudEvents, is not known to this worker.",
                "Upgrade the worker and replay, or send v1."
            )
        case .wrongQueue:
            Explanation("The type belongs into another queue.", "Publish with the operation as the routing key.")
        case .schemaViolation:
            Explanation(
                "A field is missing, unknown, or has a value that is not allowed.",
                "Correct the field that detail names; edit and replay."
            )
        case .identityMissing: Explanation("There is no source or no id.", "Give both; edit and replay.")
        case .identityConflict:
            Explanation("The identity was used before, with other content.", "Give the new content an id of its own.")
        case .tooLarge: Explanation("The body is over the limit.", "Send less, or raise MAX_MESSAGE_SIZE and replay.")
        case .attemptsExhausted: Explanation("It failed too often.", "Mend what detail names, then replay.")
        case .partiallyApplied:
            Explanation(
                "Part of it is written to EMS, and the rest was refused.",
                "Compare applied and missing with EMS; mend it, then replay or discard."
            )
        case .workerCrashed:
            Explanation("It kills the worker that handles it.", "Report it with the message; replay after an upgrade.")
        case .unroutable:
            Explanation(
                "No queue is bound for its routing key.",
                "Publish with the operation as the routing key; replay."
            )
        case .expired:
            Explanation("It expired in its queue.", "Publish without expiration; replay if it is still wanted.")
        case .deliveryLimit:
            Explanation(
                "The broker gave up delivering it: connections died with it in hand.",
                "Look at the worker's log; replay."
            )
        }
    }
}
