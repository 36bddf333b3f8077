extension MessageDecoder {
    /// How many messages may stand one inside the other. Each level copies its bytes, so the depth of the JSON
    /// alone would be a bound too generous.
    private static let maximumWrapping = 8

    /// Hands out an envelope, or what it wraps.
    @inline(__always)
    mutating func deliver(
        _ storage: consuming EventStorage, into items: inout [WireItem]
    ) throws(WireError) {
        guard storage.wrapper != .none else {
            items.append(.event(WSEEvent(storage: storage)))
            return
        }
        var remaining = limits.maximumBatchCount
        try unwrap(storage, at: 0, wrapping: 1, remaining: &remaining, into: &items)
    }

    /// Most messages of a batch whose room is kept for the next one.
    private static let keptMessages = 256

    /// Hands out what a batch in JSON holds; see ``JSONScanner/scanBatch(limits:into:)``.
    ///
    /// - Returns: `false` if it has to be read the general way; nothing was handed out then.
    @inline(never)
    mutating func decodeBatch(_ text: UnsafeRawBufferPointer, into items: inout [WireItem]) -> Bool {
        var messages: [BatchedMessage] = []
        swap(&messages, &batched)
        defer {
            messages.removeAll(keepingCapacity: messages.capacity <= MessageDecoder.keptMessages)
            swap(&messages, &batched)
        }
        return PaddedBytes(text).withBytes { base, count in
            guard JSONScanner(base: base, count: count).scanBatch(limits: limits, into: &messages) else {
                return false
            }
            var remaining = limits.maximumBatchCount - messages.count
            for message in messages {
                let bytes = UnsafeRawBufferPointer(start: base + message.start, count: message.count)
                do throws(WireError) {
                    let inner: EventStorage
                    do throws(WireError) {
                        inner = try EventStorage.json(bytes, fields: message.fields, in: &memory)
                    } catch {
                        throw error.moved(by: message.start)
                    }
                    try deliver(inner, at: message.start, wrapping: 2, remaining: &remaining, into: &items)
                } catch {
                    items.append(.failure(error))
                }
            }
            return true
        }
    }

    /// Hands out a message that stood in another one, or what it wraps.
    @inline(__always)
    private mutating func deliver(
        _ inner: EventStorage, at origin: Int, wrapping: Int, remaining: inout Int,
        into items: inout [WireItem]
    ) throws(WireError) {
        if inner.wrapper != .none {
            try unwrap(inner, at: origin, wrapping: wrapping, remaining: &remaining, into: &items)
        } else {
            items.append(.event(WSEEvent(storage: inner)))
        }
    }

    /// - Parameter origin: Where the message begins in the outermost one, which the offsets of errors count from.
    @inline(never)
    private mutating func unwrap(
        _ storage: EventStorage, at origin: Int, wrapping: Int, remaining: inout Int,
        into items: inout [WireItem]
    ) throws(WireError) {
        guard wrapping <= MessageDecoder.maximumWrapping else {
            throw WireError(
                .nestingTooDeep, "batches nested more than \(MessageDecoder.maximumWrapping) deep",
                byteOffset: origin)
        }
        let payload = WSEPayload(event: storage)
        if storage.wrapper == .batch {
            guard let messages = payload.extents(ofElementsIn: "messages", limit: remaining) else {
                // Not what the protocol calls a batch: the application's own type of that name.
                items.append(.event(WSEEvent(storage: storage)))
                return
            }
            guard messages.count <= remaining else {
                throw WireError(
                    .batchTooLong, "more than the \(limits.maximumBatchCount) messages allowed",
                    byteOffset: origin + messages[remaining].lowerBound)
            }
            remaining -= messages.count
            for message in messages {
                do throws(WireError) {
                    try unwrap(
                        message, of: storage, at: origin, wrapping: wrapping, remaining: &remaining,
                        into: &items)
                } catch {
                    items.append(.failure(error))
                }
            }
        } else if let message = payload.extent(ofObject: "message") {
            try unwrap(
                message, of: storage, at: origin, wrapping: wrapping, remaining: &remaining, into: &items)
        } else {
            items.append(.event(WSEEvent(storage: storage)))
        }
    }

    private mutating func unwrap(
        _ extent: Range<Int>, of outer: EventStorage, at origin: Int, wrapping: Int, remaining: inout Int,
        into items: inout [WireItem]
    ) throws(WireError) {
        let inner: EventStorage
        do throws(WireError) {
            inner = try outer.withBytes { (base, _) throws(WireError) in
                let bytes = UnsafeRawBufferPointer(start: base + extent.lowerBound, count: extent.count)
                return try storage(of: bytes, in: outer.fields.encoding)
            }
        } catch {
            throw error.moved(by: origin + extent.lowerBound)
        }
        if outer.wrapper == .priorityMessage { inner.inheritStamp(from: outer) }
        try deliver(
            inner, at: origin + extent.lowerBound, wrapping: wrapping + 1, remaining: &remaining, into: &items
        )
    }

    private mutating func storage(
        of bytes: UnsafeRawBufferPointer, in encoding: EventHeader.Encoding
    ) throws(WireError) -> EventStorage {
        switch encoding {
        case .json:
            try EventStorage.json(
                bytes, prefix: .none, maximumDepth: limits.maximumDepth, in: &memory)
        case .messagePack:
            try EventStorage.messagePack(bytes, maximumDepth: limits.maximumDepth, in: &memory)
        }
    }
}

extension EventStorage {
    @inline(__always)
    fileprivate var wrapper: MessageWrapper {
        withUnsafeMutablePointerToHeader { $0.pointee.wrapper }
    }

    /// Takes over the stamp of the message around it if it has none itself. Only before anybody else holds this
    /// object.
    fileprivate func inheritStamp(from outer: EventStorage) {
        let outer = outer.fields
        withUnsafeMutablePointerToHeader { own in
            let shared = own.pointee.shared
            guard shared.topic == nil, shared.epoch == nil, !own.pointee.hasOffset else { return }
            own.pointee.sharedOrNil = SharedStrings(
                type: shared.type, topic: outer.shared.topic, epoch: outer.shared.epoch)
            own.pointee.offset = outer.offset
            own.pointee.hasOffset = outer.hasOffset
        }
    }
}
