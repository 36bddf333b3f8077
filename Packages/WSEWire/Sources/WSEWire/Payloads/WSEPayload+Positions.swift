extension WSEPayload {
    var format: any PayloadFormat.Type {
        switch event.fields.encoding {
        case .json: JSONPayloadFormat.self
        case .messagePack: MessagePackPayloadFormat.self
        }
    }

    /// Where the payload begins in the event's bytes.
    var start: Int? {
        let start = Int(event.fields.payloadStart)
        return start == 0 ? nil : start
    }

    func value(at position: Int?) -> WSEValue? {
        guard let position else { return nil }
        return event.withBytes { base, _ in format.value(base, at: position) }
    }

    func position(of key: String, at position: Int) -> Int? {
        var key = key
        return key.withUTF8 { utf8 in
            event.withBytes { base, _ in format.member(utf8, base, at: position) }
        }
    }

    func position(of index: Int, at position: Int) -> Int? {
        event.withBytes { base, _ in format.element(index, base, at: position) }
    }

    func position(of path: some Sequence<WSEValue.PathComponent>) -> Int? {
        guard var position = start else { return nil }
        for component in path {
            let next: Int? =
                switch component {
                case .key(let key): self.position(of: key, at: position)
                case .index(let index): self.position(of: index, at: position)
                }
            guard let next else { return nil }
            position = next
        }
        return position
    }

    // MARK: What wrappers hold

    /// Where a member that is an object lies in the event's bytes.
    func extent(ofObject key: String) -> Range<Int>? {
        guard let start, let position = position(of: key, at: start) else { return nil }
        return event.withBytes { base, _ in
            format.isObject(base, at: position) ? position..<format.end(base, at: position) : nil
        }
    }

    /// Where the elements of a member that is an array lie in the event's bytes: all of them, or one more than
    /// `limit`. `nil` if there is no such array.
    func extents(ofElementsIn key: String, limit: Int) -> [Range<Int>]? {
        guard let start, let position = position(of: key, at: start) else { return nil }
        return event.withBytes { base, _ in format.elements(base, at: position, limit: limit) }
    }
}
