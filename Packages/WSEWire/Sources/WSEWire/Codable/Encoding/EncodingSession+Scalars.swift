extension EncodingSession {
    func writeNil() {
        if isJSON {
            state.output.append("null")
        } else {
            state.output.packNil()
        }
    }

    func write(_ value: Bool) {
        if isJSON {
            state.output.append(value ? "true" : "false")
        } else {
            state.output.pack(value)
        }
    }

    @inline(__always)
    func write(_ value: Int64) {
        if isJSON {
            state.output.writeJSON(value)
        } else {
            state.output.pack(value)
        }
    }

    @inline(__always)
    func write(_ value: UInt64) {
        if isJSON {
            state.output.writeJSON(value)
        } else {
            state.output.pack(value)
        }
    }

    /// Integers of 128 bits: JSON has them, MessagePack has what fits 64 bits.
    func write(wide value: some FixedWidthInteger) throws {
        if let small = Int64(exactly: value) {
            write(small)
        } else if let large = UInt64(exactly: value) {
            write(large)
        } else if isJSON {
            state.output.append(text: String(value))
        } else {
            throw unrepresentable(value, "MessagePack has integers of up to 64 bits")
        }
    }

    @inline(__always)
    func write(_ value: Double) throws {
        guard isJSON else { return state.output.pack(value) }
        guard value.isFinite else { throw unrepresentable(value, "JSON has no \(value)") }
        try state.output.writeJSON(value)
    }

    func write(_ value: Float) throws {
        guard isJSON else { return state.output.pack(value) }
        guard value.isFinite else { throw unrepresentable(value, "JSON has no \(value)") }
        state.output.append(text: value.description)
    }

    @inline(__always)
    func write(_ value: String) throws {
        if isJSON {
            state.output.writeJSON(value)
        } else {
            try state.output.pack(value)
        }
    }

    func write(_ value: WSEValue) throws {
        let depth = state.open.count
        if isJSON {
            try state.output.writeJSON(value, depth: depth)
        } else {
            try state.output.pack(value, depth: depth)
        }
    }

    func write(_ value: ExactNumber) throws {
        if isJSON {
            state.output.append(text: value.digits)
        } else if let exact = value.exactValue {
            try state.output.pack(exact)
        } else {
            throw unrepresentable(
                value, "neither a 64-bit integer nor a Double holds this number exactly")
        }
    }

    @inline(never)
    func unrepresentable(_ value: Any, _ description: String) -> EncodingError {
        .invalidValue(
            value,
            EncodingError.Context(
                codingPath: path(depth: state.open.count), debugDescription: description,
                underlyingError: OwnFailure()))
    }
}
