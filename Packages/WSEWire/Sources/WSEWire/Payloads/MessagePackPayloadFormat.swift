enum MessagePackPayloadFormat: PayloadFormat {
    static func value(_ base: UnsafePointer<UInt8>, at position: Int) -> WSEValue {
        var reader = MessagePackReader(base: base, position: position)
        return reader.readValue()
    }

    static func end(_ base: UnsafePointer<UInt8>, at position: Int) -> Int {
        var reader = MessagePackReader(base: base, position: position)
        reader.skipValue()
        return reader.position
    }

    static func isNull(_ base: UnsafePointer<UInt8>, at position: Int) -> Bool {
        base[position] == 0xC0
    }

    static func isObject(_ base: UnsafePointer<UInt8>, at position: Int) -> Bool {
        MessagePackHead(base: base, at: position).kind == .map
    }

    static func member(
        _ key: UnsafeBufferPointer<UInt8>, _ base: UnsafePointer<UInt8>, at position: Int
    ) -> Int? {
        var reader = MessagePackReader(base: base, position: position)
        let head = reader.head()
        guard head.kind == .map else { return nil }
        var found: Int?
        reader.position &+= head.size
        for _ in 0..<head.count {
            let name = reader.readStringBytes()
            if name.count == key.count, name.elementsEqual(key) { found = reader.position }
            reader.skipValue()
        }
        return found
    }

    static func element(_ index: Int, _ base: UnsafePointer<UInt8>, at position: Int) -> Int? {
        var reader = MessagePackReader(base: base, position: position)
        let head = reader.head()
        guard head.kind == .array, (0..<head.count).contains(index) else { return nil }
        reader.position &+= head.size
        for _ in 0..<index { reader.skipValue() }
        return reader.position
    }

    static func elements(
        _ base: UnsafePointer<UInt8>, at position: Int, limit: Int
    ) -> [Range<Int>]? {
        var reader = MessagePackReader(base: base, position: position)
        let head = reader.head()
        guard head.kind == .array else { return nil }
        reader.position &+= head.size
        var extents: [Range<Int>] = []
        while extents.count < head.count, extents.count <= limit {
            let start = reader.position
            reader.skipValue()
            extents.append(start..<reader.position)
        }
        return extents
    }

    static func digits(_ base: UnsafePointer<UInt8>, at position: Int) -> String? {
        switch MessagePackHead(base: base, at: position).kind {
        case .signed, .unsigned, .float, .double:
            switch MessagePackReader.number(base: base, at: position) {
            case .int(let value): "\(value)"
            case .uint(let value): "\(value)"
            case .double(let value): value.isFinite ? "\(value)" : nil
            }
        default: nil
        }
    }
}
