import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("Old versions become the newest in one place")
struct UpcastingTests {
    /// A made-up v2 of cancel-subscription: `effective` is called `when`, and must be there.
    private static func history(
        upcast: @escaping CommandVersion.Upcast = Self.upcast
    ) -> CommandHistory {
        let old = CommandSchema.data(.cancelSubscription)
        var new = old
        if case .object(var rules) = new.kind {
            for index in rules.properties.indices where rules.properties[index].name == "effective" {
                rules.properties[index].name = "when"
                rules.properties[index].isRequired = true
            }
            new.kind = .object(rules)
        }
        return CommandHistory(versions: [
            CommandVersion(1, of: .cancelSubscription, data: old, upcast: upcast),
            CommandVersion(2, of: .cancelSubscription, data: new),
        ]) { data throws(SchemaViolation) in
            guard let id = data["subscriptionId"]?.text.flatMap({ SubscriptionID($0) }),
                let effect = data["when"]?.text.flatMap(CancellationEffect.init(rawValue:))
            else { return .sync(SyncEntitlements()) }
            return .change(
                ChangeCommand(
                    subscriptionID: id,
                    orderID: data["orderId"]?.text,
                    purchaseOrder: data["purchaseOrder"]?.text,
                    requestedBy: data["requestedBy"]?.text,
                    reason: data["reason"]?.text,
                    expectedVersion: data["expectedVersion"]?.wholeNumber,
                    action: .cancel(effect)
                )
            )
        }
    }

    private static let upcast: CommandVersion.Upcast = { data in
        data.setting(["when"], data["effective"] ?? "immediately").setting(["effective"], nil)
    }

    private static let versions = CommandVersions(replacing: [.cancelSubscription: history()])
    private static let translator = Translator(versions: versions)

    private static func event(_ version: Int, _ data: JSON) -> JSON {
        [
            "specversion": "1.0", "id": "order-1", "source": "s",
            "type": .string("orders.cancel-subscription.v\(version)"), "data": data,
        ]
    }

    private func translated(
        _ event: JSON,
        by translator: Translator = Self.translator
    ) -> Result<Order, Poison> {
        Messages.translate(Messages.structured(event), from: .cancelSubscription, by: translator)
    }

    @Test("What v1 and v2 say differently becomes the same command, and each keeps the fingerprint of what was sent")
    func sameCommand() throws {
        let old = Self.event(1, ["subscriptionId": "SUB-1", "effective": "end-of-term", "orderId": "SO-1"])
        let new = Self.event(2, ["subscriptionId": "SUB-1", "when": "end-of-term", "orderId": "SO-1"])
        let (first, second) = (try translated(old).get(), try translated(new).get())
        #expect(first.command == second.command)
        #expect(first.envelope.type == "orders.cancel-subscription.v1")
        #expect(second.envelope.type == "orders.cancel-subscription.v2")
        #expect(first.fingerprint != second.fingerprint)
        #expect(try first.fingerprint == translated(old, by: Translator()).get().fingerprint)
        // Binary mode takes the same way.
        let binary = Messages.translate(Messages.binary(new), from: .cancelSubscription, by: Self.translator)
        #expect(try binary.get() == second)
    }

    @Test("Each version is held against its own schema")
    func ownSchema() {
        let old = translated(Self.event(1, ["subscriptionId": "SUB-1", "when": "immediately"])).failure
        #expect(old?.reason == .schemaViolation && old?.path == "data.when")
        let new = translated(Self.event(2, ["subscriptionId": "SUB-1", "effective": "immediately"])).failure
        #expect(new?.reason == .schemaViolation && new?.path == "data.effective")
        #expect(translated(Self.event(2, ["subscriptionId": "SUB-1"])).failure?.path == "data.when")
    }

    @Test("A version that isn't published is refused, and the answer names those that are")
    func unsupported() {
        for version in [0, 3, 10, 12] {
            let failure = translated(Self.event(version, ["subscriptionId": "SUB-1"])).failure
            #expect(failure?.reason == (version == 0 ? .unknownType : .unsupportedVersion))
            if version > 0 { #expect(failure?.detail.hasSuffix("is not supported; send v1 or v2") == true) }
        }
        let today = translated(Self.event(2, ["subscriptionId": "SUB-1"]), by: Translator()).failure
        #expect(
            today?.detail
                == #"type: version "v2" of cancel-subscription is not supported; send v1"#
        )
        // The others have no v2.
        let other = Messages.renewal(["type"], "orders.renew-subscription.v2")
        let failure = Messages.translate(Messages.structured(other), by: Self.translator).failure
        #expect(failure?.reason == .unsupportedVersion)
    }

    /// The first v1 message that becomes another command than without v2, or none at all.
    private func wrong(_ upcast: @escaping CommandVersion.Upcast) -> String? {
        let versions = CommandVersions(replacing: [.cancelSubscription: Self.history(upcast: upcast)])
        let translator = Translator(versions: versions)
        for index in 0..<400 {
            var maker = Maker(chance: Chance(seed: 5, index: index))
            let draft = maker.value(CommandSchema.event(.cancelSubscription))
            let message = WireMessage(contentType: "application/cloudevents+json", body: draft.bytes)
            let today = Messages.translate(message, from: .cancelSubscription)
            let later = Messages.translate(message, from: .cancelSubscription, by: translator)
            guard later.success == today.success, today.success != nil else {
                return later.failure?.detail ?? draft.visible
            }
        }
        return nil
    }

    @Test("Whatever v1 allows becomes the command that it was before there was a v2")
    func upcast() { #expect(wrong(Self.upcast) == nil) }

    @Test("An upcast that goes wrong is found: by the next version's schema, or by the command that comes of it")
    func wrongUpcast() {
        let keepsOldName = wrong { $0.setting(["when"], "immediately") }
        #expect(keepsOldName?.contains("this worker's step from v1 to v2 is wrong") == true, "\(keepsOldName ?? "")")
        let forgetsDefault = wrong { data in data.setting(["when"], data["effective"]).setting(["effective"], nil) }
        #expect(
            forgetsDefault?.hasPrefix("data.when: is required; this worker's step") == true,
            "\(forgetsDefault ?? "")"
        )
        // It fits the schema, and is another command.
        #expect(wrong { $0.setting(["when"], "immediately").setting(["effective"], nil) } != nil)
    }

    @Test("A message that goes two steps is checked after each")
    func twoSteps() {
        let data = CommandSchema.data(.cancelSubscription)
        let history = CommandHistory(versions: [
            CommandVersion(1, of: .cancelSubscription, data: data) { $0.setting(["reason"], "one") },
            CommandVersion(2, of: .cancelSubscription, data: data) { data in
                data.setting(["reason"], data["reason"] == "one" ? "two" : "lost")
            },
            CommandVersion(3, of: .cancelSubscription, data: data),
        ]) { data throws(SchemaViolation) in
            .view(ViewEntitlement(key: .entitlement(data["reason"]?.text ?? "")))
        }
        let translator = Translator(versions: CommandVersions(replacing: [.cancelSubscription: history]))
        let orders = (1...3).map { version in
            translated(Self.event(version, ["subscriptionId": "S", "reason": "three"]), by: translator).success?.command
        }
        #expect(orders == ["two", "lost", "three"].map { .view(ViewEntitlement(key: .entitlement($0))) })
    }

    @Test("The contracts have a schema for each version")
    func documents() throws {
        let documents = ContractDocuments.commandSchemas(Self.versions)
        #expect(documents.count == OrderOperation.allCases.count + 1)
        let new = try #require(documents.first { $0.path == "commands/cancel-subscription.v2.schema.json" })
        let schema = try JSONReader.read(Array(new.text.utf8))
        #expect(schema["properties"]?["type"]?["const"] == "orders.cancel-subscription.v2")
        #expect(schema["properties"]?["data"]?["required"] == ["subscriptionId", "when"])
        #expect(schema["$id"] == "urn:order-worker:contract:commands:cancel-subscription:v2")
    }
}
