/// One subscriber's run: fed, asked, graded, and tidied up after, however it ends.
struct SubscriberGrading: Sendable {
    var way: SubscriberFeed.Way
    /// How long it may take.
    var seconds: Double
    var source: AnswerSource
    /// The same scenario, for each key that the subscriber may want alone.
    var scenarios: [SubscriberScenario]

    func grade(_ settings: WorkerSettings, telling told: String) async throws -> SubscriberGrade {
        let feed = try await SubscriberFeed.open(settings, way, within: seconds)
        do {
            Output.note(told)
            let grade = try await grade(feed)
            await Interruptible.evenSo { await feed.close() }
            return grade
        } catch {
            await Interruptible.evenSo { await feed.close() }
            throw error
        }
    }

    private func grade(_ feed: SubscriberFeed) async throws -> SubscriberGrade {
        let fed = try await feed.publish(scenarios)
        Output.note("published \(fed.delivered.count) events; waiting for the answer")
        return try await feed.grade(from: source, about: fed)
    }
}
