extension EncodingSession {
    /// Opens a container as the value that is due at `start`, or finds it open already, as types may ask for the
    /// container of one encoder several times.
    ///
    /// - Returns: The container's name; 0 if the value cannot be written there any more.
    func open(isObject: Bool, depth: Int, start: Int) -> UInt32 {
        let openCount = state.open.count
        if openCount > depth, state.open[depth].start == start {
            guard state.open[depth].isObject == isObject else { return interleave() }
            return state.open[depth].name
        }
        guard openCount == depth, byteCount == start else { return interleave() }
        if depth >= WireLimits.deepest { state.isTooDeep = true }
        state.lastName &+= 1
        state.open.append(
            OpenContainer(name: state.lastName, isObject: isObject, start: start))
        if isJSON {
            state.output.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        } else {
            state.output.beginContainer()
        }
        return state.lastName
    }

    private func interleave() -> UInt32 {
        state.isInterleaved = true
        return 0
    }

    /// Closes what is open deeper than `depth`.
    @inline(__always)
    func close(downTo depth: Int) throws {
        while state.open.count > depth { try closeInnermost() }
        if state.due >= 0 { fillDue() }
    }

    private func closeInnermost() throws {
        if state.due >= 0 { fillDue() }
        guard let container = state.open.popLast() else { return }
        if isJSON {
            state.output.append(container.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        } else {
            try state.output.endContainer(
                at: container.start, count: container.count, isMap: container.isObject)
        }
    }

    /// A `superEncoder` that nothing was encoded into stands for an empty object.
    private func fillDue() {
        if byteCount == state.due { writeEmptyObject() }
        state.due = -1
    }

    func writeEmptyObject() {
        if isJSON {
            state.output.append("{}")
        } else {
            state.output.append(0x80)
        }
    }

    /// Prepares for the next member or element of a container.
    ///
    /// - Throws: ``Restart`` if the container was closed meanwhile.
    @inline(__always)
    private func advance(_ name: UInt32, depth: Int) throws {
        guard depth < state.open.count, state.open[depth].name == name else {
            state.isInterleaved = true
            throw Restart()
        }
        if state.open.count > depth &+ 1 || state.due >= 0 {
            try close(downTo: depth &+ 1)
        }
        state.open[depth].lastStart = byteCount
        if isJSON, state.open[depth].count > 0 { state.output.append(UInt8(ascii: ",")) }
        state.open[depth].count &+= 1
    }

    /// Takes back the member or element that was begun last in the container at `depth`, as its value failed: whoever
    /// heeds that failure not is left without the member, and not with half of it.
    @inline(never)
    func takeBack(depth: Int) {
        guard depth < state.open.count else { return }
        let start = state.open[depth].lastStart
        forget(from: start, depth: depth &+ 1)
        state.open[depth].count &-= 1
        state.open[depth].lastKey = 0
    }

    /// Takes back a value that failed.
    @inline(never)
    func forget(from start: Int, depth: Int) {
        while state.open.count > depth { state.open.removeLast() }
        state.due = -1
        if byteCount > start { state.output.truncate(to: start) }
    }

    /// Begins an element; its value must follow.
    @inline(__always)
    func beginElement(of name: UInt32, depth: Int) throws {
        try advance(name, depth: depth)
    }

    /// Begins a member: writes its key. Its value must follow.
    @inline(__always)
    func beginMember(_ key: some CodingKey, of name: UInt32, depth: Int, keepsKeys: Bool) throws {
        try advance(name, depth: depth)
        let text = usesDefaultKeys || keepsKeys ? key.stringValue : convert(key, depth: depth)
        state.open[depth].lastKey = byteCount
        if isJSON {
            state.output.writeJSON(text)
            state.output.append(UInt8(ascii: ":"))
        } else {
            try state.output.pack(text)
        }
    }

    @inline(never)
    private func convert(_ key: some CodingKey, depth: Int) -> String {
        switch options.keys {
        case .useDefaultKeys: key.stringValue
        case .convertToSnakeCase: SnakeCase.fromCamelCase(key.stringValue)
        case .custom(let convert): convert(path(depth: depth) + [key]).stringValue
        }
    }

    /// The steps to the container at `depth`, read back from what was written.
    func path(depth: Int) -> [any CodingKey] {
        state.open.prefix(depth).map { container in
            guard container.isObject else { return PayloadKey(index: max(0, container.count - 1)) }
            // One without members has none on the way to what a type asks about out of turn.
            guard container.lastKey > 0, container.lastKey < byteCount else { return PayloadKey("") }
            let written = UnsafeRawBufferPointer(rebasing: state.output.bytes[container.lastKey...])
            return PaddedBytes(RawSpan(_unsafeBytes: written)).withBytes { base, _ in
                if isJSON { return PayloadKey(JSONString.string(base: base, openingQuote: 0)) }
                var reader = MessagePackReader(base: base, position: 0)
                return PayloadKey(reader.readString())
            }
        }
    }
}
