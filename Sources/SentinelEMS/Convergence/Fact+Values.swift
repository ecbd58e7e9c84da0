import SubscriptionLifecycle

extension Fact {
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var count: Int? { if case .count(let count) = self { count } else { nil } }
    var date: LocalDate? { if case .date(let date) = self { date } else { nil } }
    var line: LineItemDraft? { if case .line(let line) = self { line } else { nil } }
}
