/// Marks a `DecodingError` as this package's own, whose description shows nothing of the payload.
struct OwnFailure: Error {}

extension DecodingSession {
    private func context(_ position: Int, _ description: String) -> DecodingError.Context {
        DecodingError.Context(
            codingPath: path(to: position), debugDescription: description, underlyingError: OwnFailure())
    }

    @inline(never)
    func mismatch(_ type: Any.Type, at position: Int) -> DecodingError {
        let kind = kind(at: position)
        let context = context(position, "expected \(type), found \(kind)")
        return kind == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    @inline(never)
    func doesNotFit(_ type: Any.Type, at position: Int) -> DecodingError {
        .dataCorrupted(context(position, "the number does not fit \(type)"))
    }

    @inline(never)
    func missing(_ key: some CodingKey, in position: Int) -> DecodingError {
        .keyNotFound(key, context(position, "the type demands a member that is not there"))
    }

    /// The steps from the outermost value to the one at `position`, found by walking there.
    func path(to target: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var position = root
        while position >= 0, target > position, let (key, next) = step(from: position, towards: target) {
            path.append(key)
            position = next
        }
        return path
    }

    private func step(from position: Int, towards target: Int) -> (key: any CodingKey, position: Int)? {
        var last: (key: any CodingKey, position: Int)?
        switch kind(at: position) {
        case .object:
            forEachMember(at: position) { key, value in
                if value <= target { last = (PayloadKey(key), value) }
            }
        case .array:
            var index = 0
            forEachElement(at: position) { value in
                if value <= target { last = (PayloadKey(index: index), value) }
                index += 1
            }
        default: break
        }
        return last
    }

    func forEachElement(at position: Int, _ body: (_ value: Int) -> Void) {
        if isJSON {
            var reader = JSONValueReader(base: base, position: position)
            reader.beginContainer()
            while reader.nextElement() {
                body(reader.position)
                reader.skipValue()
            }
        } else {
            var reader = MessagePackReader(base: base, position: position)
            let head = reader.head()
            reader.position &+= head.size
            for _ in 0..<head.count {
                body(reader.position)
                reader.skipValue()
            }
        }
    }
}
