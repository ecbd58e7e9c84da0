/// From when to when, both ends included; the header and each line have their own, and neither follows the other.
struct Validity: Codable, Sendable, Equatable {
    var start: CalendarDate
    /// Nil for ever.
    var end: CalendarDate?

    mutating func apply(_ fields: Fields) throws(EMSError) {
        if let start = try fields.date("startDate") { self.start = start }
        if let expiry = try fields.fields("expiry") {
            let neverExpires = try expiry.bool("neverExpires")
            let days = try expiry.integerOrText("expiryInDays")
            let end = try expiry.date("endDate")
            if neverExpires == true {
                self.end = nil
            } else if let end {
                self.end = end
            } else if let days {
                // Whether EMS keeps the number of days is unknown; here it becomes an end date.
                guard days > 0 else { throw .refused(.invalidRequest, "expiryInDays must be at least 1.") }
                self.end = CalendarDate(rawValue: start.rawValue + min(days, 1_000_000) - 1)
            } else if neverExpires == false, self.end == nil {
                throw .refused(.missing, "An expiry needs endDate or expiryInDays when neverExpires is false.")
            }
        }
        if let end, end < start {
            throw .refused(.invalidRequest, "The end date \(end.text) is before the start date \(start.text).")
        }
    }

    var expiryWire: JSON {
        guard let end else { return ["neverExpires": true] }
        return ["neverExpires": false, "endDate": .string(end.text)]
    }
}
