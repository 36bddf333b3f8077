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
