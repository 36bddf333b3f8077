enum JSONPayloadFormat: PayloadFormat {
    static func value(_ base: UnsafePointer<UInt8>, at position: Int) -> WSEValue {
        var reader = JSONValueReader(base: base, position: position)
        return reader.readValue()
    }

    static func end(_ base: UnsafePointer<UInt8>, at position: Int) -> Int {
        var reader = JSONValueReader(base: base, position: position)
        reader.skipValue()
        return reader.position
    }

    static func isNull(_ base: UnsafePointer<UInt8>, at position: Int) -> Bool {
        base[position] == UInt8(ascii: "n")
    }

    static func isObject(_ base: UnsafePointer<UInt8>, at position: Int) -> Bool {
        base[position] == UInt8(ascii: "{")
    }

    static func member(
        _ key: UnsafeBufferPointer<UInt8>, _ base: UnsafePointer<UInt8>, at position: Int
    ) -> Int? {
        guard isObject(base, at: position) else { return nil }
        var reader = JSONValueReader(base: base, position: position)
        var found: Int?
        reader.beginContainer()
        while let name = reader.nextMember() {
            if name.matches(key) { found = reader.position }
            reader.skipValue()
        }
        return found
    }

    static func element(_ index: Int, _ base: UnsafePointer<UInt8>, at position: Int) -> Int? {
        guard base[position] == UInt8(ascii: "["), index >= 0 else { return nil }
        var reader = JSONValueReader(base: base, position: position)
        var remaining = index
        reader.beginContainer()
        while reader.nextElement() {
            if remaining == 0 { return reader.position }
            remaining -= 1
            reader.skipValue()
        }
        return nil
    }

    static func elements(
        _ base: UnsafePointer<UInt8>, at position: Int, limit: Int
    ) -> [Range<Int>]? {
        guard base[position] == UInt8(ascii: "[") else { return nil }
        var reader = JSONValueReader(base: base, position: position)
        var extents: [Range<Int>] = []
        reader.beginContainer()
        while extents.count <= limit, reader.nextElement() {
            let start = reader.position
            reader.skipValue()
            extents.append(start..<reader.position)
        }
        return extents
    }

    static func digits(_ base: UnsafePointer<UInt8>, at position: Int) -> String? {
        let first = base[position]
        guard first == UInt8(ascii: "-") || first &- UInt8(ascii: "0") < 10 else { return nil }
        return JSONNumber.digits(base: base, start: position)
    }
}
