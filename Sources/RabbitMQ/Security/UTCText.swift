import Glibc

/// Times for people, as `2026-11-22T10:00:00Z`.
enum UTCText {
    static func of(_ unixTime: Int64) -> String {
        var (seconds, parts) = (time_t(unixTime), tm())
        guard gmtime_r(&seconds, &parts) != nil else { return "\(unixTime)" }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let base = buffer.baseAddress, strftime(base, 64, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0 else {
                return "\(unixTime)"
            }
            return String(cString: base)
        }
    }
}
