/// The members of objects.
extension SchemaComparison {
    mutating func compareMembers(_ old: JSON.Object, _ new: JSON.Object, at place: String) {
        let (before, after) = (Self.names(old["required"]), Self.names(new["required"]))
        for name in before where !after.contains(name) { note(.wider, Self.inside(place, name), "no longer required") }
        for name in after where !before.contains(name) { note(.narrower, Self.inside(place, name), "required now") }

        let (known, knownNow) = (old["properties"]?.object ?? .init(), new["properties"]?.object ?? .init())
        for property in known.members {
            let inner = Self.inside(place, property.name)
            if let now = knownNow[property.name] {
                compare(property.value, now, at: inner)
            } else {
                compareUnnamed(property.value, Self.unnamed(new), at: inner, "removed")
            }
        }
        for property in knownNow.members where known[property.name] == nil {
            compareUnnamed(
                Self.unnamed(old),
                property.value,
                at: Self.inside(place, property.name),
                "added"
            )
        }
        compare(old["additionalProperties"] ?? true, new["additionalProperties"] ?? true, at: Self.inside(place, "*"))
        compare(old["propertyNames"] ?? true, new["propertyNames"] ?? true, at: Self.inside(place, "* (name)"))
    }

    /// What a schema says of a member that it doesn't name; `nil` where that isn't to be told from here.
    private static func unnamed(_ schema: JSON.Object) -> JSON? {
        let others = ["patternProperties", "unevaluatedProperties", "$ref", "$dynamicRef"]
        return others.contains { schema[$0] != nil } ? nil : schema["additionalProperties"] ?? true
    }

    /// A member that only one of them names.
    private mutating func compareUnnamed(_ old: JSON?, _ new: JSON?, at place: String, _ word: String) {
        guard let old, let new else { return note(.unclear, place, "\(word), judge by hand") }
        switch (old.essence, new.essence) {
        case (false, false): break
        case (false, _): note(.wider, place, word)
        case (_, false): note(.narrower, place, word)
        // Anything might have been there before; now it is said. What isn't said any more may not come any more.
        case (let old, let new) where old == new: note(word == "added" ? .same : .wider, place, word)
        case (_, true): note(.wider, place, word)
        case (true, _): note(.narrower, place, word)
        case (_, _): note(.unclear, place, "\(word), judge by hand: members that aren't named may be there already")
        }
    }

    private static func names(_ value: JSON?) -> [String] { value?.elements?.compactMap(\.text) ?? [] }

    private static func inside(_ place: String, _ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }
}

/// Conditions.
extension SchemaComparison {
    mutating func compareAll(_ old: JSON.Object, _ new: JSON.Object, at place: String) {
        let (before, after) = (old["allOf"]?.elements ?? [], new["allOf"]?.elements ?? [])
        var gone = before.filter { !after.contains($0) }
        for condition in after where !before.contains(condition) {
            // A choice that has grown by members which nobody could send before refuses nothing that was allowed.
            if let index = gone.firstIndex(where: { Self.isGrown($0, condition, old) }) {
                gone.remove(at: index)
                note(.wider, place, "one more choice: \(condition.compactText)")
            } else {
                note(.narrower, place, "condition added: \(condition.compactText)")
            }
        }
        for condition in gone { note(.wider, place, "condition removed: \(condition.compactText)") }

        let (dependent, dependentNow) = (
            old["dependentRequired"]?.object ?? .init(), new["dependentRequired"]?.object ?? .init()
        )
        for member in dependent.members + dependentNow.members.filter({ dependent[$0.name] == nil }) {
            let (before, after) = (Self.names(dependent[member.name]), Self.names(dependentNow[member.name]))
            for name in before where !after.contains(name) {
                note(.wider, Self.inside(place, name), "no longer required with \(member.name)")
            }
            for name in after where !before.contains(name) {
                note(.narrower, Self.inside(place, name), "required with \(member.name) now")
            }
        }
    }

    /// Whether both are `oneOf` of required members, the newer with more of them, none of which could be there before.
    private static func isGrown(_ old: JSON, _ new: JSON, _ object: JSON.Object) -> Bool {
        guard let before = choice(old), let after = choice(new), Set(before).isSubset(of: after) else { return false }
        return Set(after).subtracting(before).allSatisfy { name in
            object["additionalProperties"] == false && object["patternProperties"] == nil
                && object["properties"]?[name] == nil
        }
    }

    private static func choice(_ condition: JSON) -> [String]? {
        guard let object = condition.object, object.members.count == 1, let choices = object["oneOf"]?.elements else {
            return nil
        }
        var names: [String] = []
        for choice in choices {
            guard choice.object?.members.count == 1, let required = choice["required"]?.elements, required.count == 1,
                let name = required[0].text
            else { return nil }
            names.append(name)
        }
        return Set(names).count == names.count ? names : nil
    }
}
