/// A small generator whose sequence depends on nothing but its seed, so that a seed is a whole run's plan.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// One for a part of the plan: the same parts of the same seed always get the same.
    init(seed: UInt64, _ parts: Int...) {
        state = seed
        for part in parts { state = next() ^ (UInt64(bitPattern: Int64(part)) &* 0xD134_2543_DE82_EF95) }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From a range.
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True in that share of the cases.
    mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &self) < share }

    /// One of these.
    mutating func pick<Value>(_ values: [Value]) -> Value { values[number(0...values.count - 1)] }
}
