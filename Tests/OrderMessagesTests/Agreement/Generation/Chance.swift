/// SplitMix64, and what is drawn with it: the same seed draws the same, whoever else draws meanwhile.
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The chance of one message of a run: any message can be made again without those before it.
    init(seed: UInt64, index: Int) {
        var mixer = Chance(seed: seed ^ UInt64(truncatingIfNeeded: index) &* 0xD6E8_FEB8_6659_FD93)
        state = mixer.next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True in so many of a hundred.
    mutating func happens(_ percent: Int) -> Bool { number(0...99) < percent }

    /// One of them, of which there must be some.
    mutating func one<Element>(_ elements: [Element]) -> Element { elements[number(0...(elements.count - 1))] }
}
