/// The difference of two texts, line by line, as `diff -u` shows it.
struct LineDifference {
    /// A line that both have, or only the old or the new text.
    fileprivate enum Line {
        case both(Substring)
        case old(Substring)
        case new(Substring)
    }

    private static let context = 3

    private let lines: [Line]

    init(from old: String, to new: String) {
        let old = old.split(separator: "\n", omittingEmptySubsequences: false)
        let new = new.split(separator: "\n", omittingEmptySubsequences: false)
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var lines: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if removed.contains(left) {
                lines.append(.old(old[left]))
                left += 1
            } else if added.contains(right) {
                lines.append(.new(new[right]))
                right += 1
            } else {
                lines.append(.both(old[left]))
                left += 1
                right += 1
            }
        }
        self.lines = lines
    }

    /// The changed lines with what is around them; what is more than the limit is only counted.
    func text(limit: Int) -> String {
        var text: [String] = []
        var (left, right) = (1, 1)
        var index = 0
        while index < lines.count {
            guard let hunk = hunk(from: index) else { break }
            let before = lines[index..<hunk.lowerBound].count
            let inside = lines[hunk]
            let (oldCount, newCount) = (inside.count { !$0.isNew }, inside.count { !$0.isOld })
            text.append("@@ -\(left + before),\(oldCount) +\(right + before),\(newCount) @@")
            text += inside.map(\.text)
            left += before + oldCount
            right += before + newCount
            index = hunk.upperBound
        }
        guard text.count > limit else { return text.joined(separator: "\n") }
        return (text.prefix(limit) + ["… and \(text.count - limit) lines more"]).joined(separator: "\n")
    }

    /// The next lines that belong together: changes less than twice the context apart.
    private func hunk(from start: Int) -> Range<Int>? {
        guard let first = lines[start...].firstIndex(where: \.isChanged) else { return nil }
        var last = first
        for index in lines[first...].indices {
            if index - last > 2 * Self.context { break }
            if lines[index].isChanged { last = index }
        }
        return max(start, first - Self.context)..<min(lines.count, last + Self.context + 1)
    }
}

extension LineDifference.Line {
    fileprivate var isOld: Bool { if case .old = self { true } else { false } }
    fileprivate var isNew: Bool { if case .new = self { true } else { false } }
    fileprivate var isChanged: Bool { isOld || isNew }

    fileprivate var text: String {
        switch self {
        case .both(let line): " \(line)"
        case .old(let line): "-\(line)"
        case .new(let line): "+\(line)"
        }
    }
}
