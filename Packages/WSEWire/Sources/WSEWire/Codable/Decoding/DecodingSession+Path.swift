extension DecodingSession {
    /// One step of a path: which part of a container it leads to, and what comes behind that.
    struct PathStep {
        /// A member or an element: where its key begins, -1 for an element, and its value.
        struct Part {
            var key: Int
            var value: Int
        }

        var container: Int
        var index: Int
        var part: Part
        var following: Part?
    }

    /// The steps from the outermost value to the one at `position`, found by walking there.
    ///
    /// The walk goes on where the last one ended. So a type that tries something on each element of an array, and
    /// fails each time, walks over the array once and not once for each of them.
    func path(to target: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var position = root
        while position >= 0, target > position,
            let step = step(in: position, towards: target, level: path.count)
        {
            path.append(key(of: step))
            position = step.part.value
        }
        return path
    }

    private func step(in container: Int, towards target: Int, level: Int) -> PathStep? {
        var step: PathStep
        if level < trail.count, trail[level].container == container, trail[level].part.value <= target {
            step = trail[level]
        } else {
            guard let first = firstPart(of: container), first.value <= target else { return nil }
            step = PathStep(
                container: container, index: 0, part: first,
                following: part(after: first, index: 0, of: container))
        }
        while let next = step.following, next.value <= target {
            let index = step.index + 1
            step = PathStep(
                container: container, index: index, part: next,
                following: part(after: next, index: index, of: container))
        }
        trail.replaceSubrange(level..<min(level + 1, trail.count), with: CollectionOfOne(step))
        return step
    }

    private func firstPart(of container: Int) -> PathStep.Part? {
        let kind = kind(at: container)
        guard kind == .object || kind == .array else { return nil }
        if isJSON {
            var reader = JSONValueReader(base: base, position: container)
            reader.beginContainer()
            return nextPart(&reader, isObject: kind == .object)
        }
        let head = MessagePackHead(base: base, at: container)
        guard head.count > 0 else { return nil }
        return packedPart(at: container + head.size, isObject: kind == .object)
    }

    private func part(after part: PathStep.Part, index: Int, of container: Int) -> PathStep.Part? {
        let isObject = part.key >= 0
        if isJSON {
            var reader = JSONValueReader(base: base, position: part.value)
            reader.skipValue()
            return nextPart(&reader, isObject: isObject)
        }
        guard index + 1 < MessagePackHead(base: base, at: container).count else { return nil }
        var reader = MessagePackReader(base: base, position: part.value)
        reader.skipValue()
        return packedPart(at: reader.position, isObject: isObject)
    }

    private func nextPart(_ reader: inout JSONValueReader, isObject: Bool) -> PathStep.Part? {
        if isObject {
            return reader.nextMember().map { PathStep.Part(key: $0.openingQuote, value: reader.position) }
        }
        return reader.nextElement() ? PathStep.Part(key: -1, value: reader.position) : nil
    }

    private func packedPart(at position: Int, isObject: Bool) -> PathStep.Part {
        guard isObject else { return PathStep.Part(key: -1, value: position) }
        var reader = MessagePackReader(base: base, position: position)
        _ = reader.readStringBytes()
        return PathStep.Part(key: position, value: reader.position)
    }

    private func key(of step: PathStep) -> PayloadKey {
        guard step.part.key >= 0 else { return PayloadKey(index: step.index) }
        if isJSON { return PayloadKey(JSONString.string(base: base, openingQuote: step.part.key)) }
        var reader = MessagePackReader(base: base, position: step.part.key)
        return PayloadKey(reader.readString())
    }
}
