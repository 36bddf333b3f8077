extension DecodingSession {
    /// Where an object's members are listed.
    struct Members {
        var position: Int
        var header: Int
        var name: UInt32
        /// Whether keys are data, which no strategy touches.
        var keepsKeys: Bool
    }

    /// Lists the members of the object at `position`, each key once with its last value.
    func members(at position: Int, keepsKeys: Bool) -> Members {
        let (header, name) = index.begin()
        let end: Int
        if !usesDefaultKeys, !keepsKeys {
            end = listConverted(at: position)
        } else if isJSON {
            end = listJSON(at: position)
        } else {
            end = listMessagePack(at: position)
        }
        index[header &+ 1].keyStart = UInt32(truncatingIfNeeded: position)
        index[header &+ 1].value = UInt32(truncatingIfNeeded: end)
        let count = index.count &- header &- MemberIndex.headerSize
        let unique = count < 2 ? count : removeDuplicates(after: header, count: count)
        index[header].keyCount = UInt32(truncatingIfNeeded: unique)
        return Members(position: position, header: header, name: name, keepsKeys: keepsKeys)
    }

    /// Lists members; these three return the index behind the object.
    @inline(__always)
    private func listJSON(at position: Int) -> Int {
        var reader = JSONValueReader(base: base, position: position)
        reader.beginContainer()
        while let key = reader.nextMember() {
            if key.hasEscapes {
                index.append(text: key.string, value: reader.position)
            } else {
                list(key.bytes, value: reader.position)
            }
            reader.skipValue()
        }
        return reader.position
    }

    @inline(__always)
    private func listMessagePack(at position: Int) -> Int {
        var reader = MessagePackReader(base: base, position: position)
        let head = reader.head()
        reader.position &+= head.size
        for _ in 0..<head.count {
            let key = reader.readStringBytes()
            list(key, value: reader.position)
            reader.skipValue()
        }
        return reader.position
    }

    @inline(__always)
    private func list(_ key: UnsafeRawBufferPointer, value: Int) {
        let start = key.baseAddress.map { $0 - UnsafeRawPointer(base) } ?? 0
        index.append(
            MemberIndex.Entry(
                keyStart: UInt32(truncatingIfNeeded: start),
                keyCount: UInt32(truncatingIfNeeded: key.count),
                value: UInt32(truncatingIfNeeded: value), tag: DecodingSession.tag(key)))
    }

    /// Lists members under the names that the key strategy gives them.
    @inline(never)
    private func listConverted(at position: Int) -> Int {
        forEachMember(at: position) { key, value in
            let converted = options.keys.convert(key) { self.path(to: position) }
            index.append(text: converted, value: value)
        }
    }

    /// - Returns: The index behind the object.
    @discardableResult
    func forEachMember(at position: Int, _ body: (_ key: String, _ value: Int) -> Void) -> Int {
        if isJSON {
            var reader = JSONValueReader(base: base, position: position)
            reader.beginContainer()
            while let key = reader.nextMember() {
                body(key.string, reader.position)
                reader.skipValue()
            }
            return reader.position
        } else {
            var reader = MessagePackReader(base: base, position: position)
            let head = reader.head()
            reader.position &+= head.size
            for _ in 0..<head.count {
                let key = reader.readString()
                body(key, reader.position)
                reader.skipValue()
            }
            return reader.position
        }
    }

    // MARK: Finding

    /// Where the value of a member begins; `nil` if there is none of that name.
    @inline(__always)
    func find(_ key: String, in members: Members) -> Int? {
        guard index.has(members.header, members.name) else { return findAnew(key, members) }
        var key = key
        return key.withUTF8 { find(UnsafeRawBufferPointer($0), after: members.header) }
    }

    /// A container that outlived the value it was made for lists its members again.
    @inline(never)
    private func findAnew(_ key: String, _ members: Members) -> Int? {
        let mark = index.mark
        defer { index.giveBack(to: mark) }
        return find(key, in: self.members(at: members.position, keepsKeys: members.keepsKeys))
    }

    /// Looks from where the last search ended on, as types ask for their members in much the same order as they
    /// were written.
    @inline(__always)
    private func find(_ key: UnsafeRawBufferPointer, after header: Int) -> Int? {
        let count = Int(index[header].keyCount)
        let tag = DecodingSession.shortTag(key)
        var candidate = Int(index[header].value)
        for _ in 0..<count {
            let entry = index[header &+ MemberIndex.headerSize &+ candidate]
            candidate &+= 1
            if candidate == count { candidate = 0 }
            if matches(entry, key, tag) {
                index[header].value = UInt32(truncatingIfNeeded: candidate)
                return Int(entry.value)
            }
        }
        return nil
    }

    @inline(__always)
    private func matches(_ entry: MemberIndex.Entry, _ key: UnsafeRawBufferPointer, _ tag: UInt32) -> Bool {
        if entry.tag == tag, Int(entry.keyCount) == key.count {
            if key.count <= 4 { return true }
            return DecodingSession.equal(base + Int(entry.keyStart), key)
        }
        return entry.keyCount == MemberIndex.isText && index.text(entry).utf8.elementsEqual(key)
    }

    /// All keys in the order in which they were first written.
    func keys(of members: Members) -> [String] {
        guard index.has(members.header, members.name) else {
            let mark = index.mark
            defer { index.giveBack(to: mark) }
            return keys(of: self.members(at: members.position, keepsKeys: members.keepsKeys))
        }
        return (0..<Int(index[members.header].keyCount)).map {
            text(of: index[members.header + MemberIndex.headerSize + $0])
        }
    }

    private func text(of entry: MemberIndex.Entry) -> String {
        if entry.keyCount == MemberIndex.isText { return index.text(entry) }
        let bytes = UnsafeRawBufferPointer(start: base + Int(entry.keyStart), count: Int(entry.keyCount))
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Comparing

    /// The first bytes of a key that lies in the validated bytes; behind those follows padding.
    @inline(__always)
    private static func tag(_ key: UnsafeRawBufferPointer) -> UInt32 {
        guard key.count < 4 else { return key.loadUnaligned(as: UInt32.self) }
        return shortTag(key)
    }

    @inline(__always)
    private static func shortTag(_ key: UnsafeRawBufferPointer) -> UInt32 {
        if key.count >= 4 { return key.loadUnaligned(as: UInt32.self) }
        var tag: UInt32 = 0
        for byte in key.reversed() { tag = tag &<< 8 | UInt32(byte) }
        return UInt32(littleEndian: tag)
    }

    @inline(__always)
    private static func equal(_ left: UnsafePointer<UInt8>, _ right: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index &+ 8 <= right.count {
            guard
                UnsafeRawPointer(left + index).loadUnaligned(as: UInt64.self)
                    == right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            else { return false }
            index &+= 8
        }
        while index < right.count {
            guard left[index] == right[index] else { return false }
            index &+= 1
        }
        return true
    }

    // MARK: Equal keys

    /// Gives the first of equal keys the value of the last one and removes the others.
    @inline(__always)
    private func removeDuplicates(after header: Int, count: Int) -> Int {
        if count <= 16, !hasDuplicateSuspects(after: header, count: count) { return count }
        return removeDuplicatesByHash(after: header, count: count)
    }

    /// Whether two keys are equal, or may be; compares every pair.
    @inline(__always)
    private func hasDuplicateSuspects(after header: Int, count: Int) -> Bool {
        var later = 1
        while later < count {
            let entry = index[header &+ MemberIndex.headerSize &+ later]
            var earlier = 0
            while earlier < later {
                let other = index[header &+ MemberIndex.headerSize &+ earlier]
                if entry.tag == other.tag, entry.keyCount == other.keyCount, areEqual(entry, other) {
                    return true
                }
                // A key with escapes may equal any other.
                if (entry.keyCount | other.keyCount) & MemberIndex.isText != 0 { return true }
                earlier &+= 1
            }
            later &+= 1
        }
        return false
    }

    /// Keyed hashes, so that a peer cannot prepare an object whose keys all collide.
    @inline(never)
    private func removeDuplicatesByHash(after header: Int, count: Int) -> Int {
        var size = 4
        while size < count * 2 { size *= 2 }
        let first = header + MemberIndex.headerSize
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: size) { slots in
            // 0 is a free slot; others are an entry's number plus one.
            slots.initialize(repeating: 0)
            var unique = 0
            for number in 0..<count {
                let entry = index[first + number]
                var slot = Int(truncatingIfNeeded: hash(entry)) & (size - 1)
                while slots[slot] != 0, !areEqual(entry, index[first - 1 + Int(slots[slot])]) {
                    slot = (slot + 1) & (size - 1)
                }
                if slots[slot] == 0 {
                    index[first + unique] = entry
                    unique += 1
                    slots[slot] = UInt32(unique)
                } else {
                    index[first - 1 + Int(slots[slot])].value = entry.value
                }
            }
            return unique
        }
    }

    private func hash(_ entry: MemberIndex.Entry) -> UInt64 {
        guard entry.keyCount != MemberIndex.isText else {
            var text = index.text(entry)
            return text.withUTF8 { ByteHash.hash(UnsafeRawBufferPointer($0)) }
        }
        return ByteHash.hash(
            UnsafeRawBufferPointer(start: base + Int(entry.keyStart), count: Int(entry.keyCount)))
    }

    private func areEqual(_ left: MemberIndex.Entry, _ right: MemberIndex.Entry) -> Bool {
        if (left.keyCount | right.keyCount) & MemberIndex.isText != 0 {
            return text(of: left).utf8.elementsEqual(text(of: right).utf8)
        }
        return left.tag == right.tag && left.keyCount == right.keyCount
            && DecodingSession.equal(
                base + Int(left.keyStart),
                UnsafeRawBufferPointer(start: base + Int(right.keyStart), count: Int(right.keyCount)))
    }
}
