/// Numbers as ECMAScript writes them, which RFC 8785 asks for.
enum ECMAScriptNumber {
    /// The shortest digits that read back as the same double, in ECMAScript's notation; the number must be finite.
    static func text(_ number: Double) -> String {
        guard number != 0 else { return "0" }
        let (digits, exponent) = shortest(number.magnitude)
        let sign = number < 0 ? "-" : ""
        let count = digits.count
        // The number is 0.DIGITS times ten to the power of `exponent`.
        switch exponent {
        case count...21 where exponent >= count:
            return sign + digits + String(repeating: "0", count: exponent - count)
        case 1...21:
            return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
        case -5...0:
            return sign + "0." + String(repeating: "0", count: -exponent) + digits
        default:
            let power = exponent - 1
            let mantissa = count == 1 ? digits : digits.prefix(1) + "." + digits.dropFirst()
            return sign + mantissa + (power < 0 ? "e-" : "e+") + String(power.magnitude)
        }
    }

    /// Significant digits and decimal exponent, from Swift's own shortest form in whatever notation it chose.
    private static func shortest(_ number: Double) -> (digits: String, exponent: Int) {
        let parts = number.description.split(separator: "e")
        let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = halves.count > 1 ? halves[1] : ""
        let all = halves[0] + fraction
        let leading = all.prefix { $0 == "0" }.count
        var digits = all.dropFirst(leading)
        while digits.last == "0" { digits.removeLast() }
        return (String(digits), halves[0].count - leading + power)
    }
}
