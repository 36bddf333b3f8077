extension DecodingSession {
    /// Where the first element of the array at `position` begins; `nil` if it has none.
    func firstElement(of position: Int) -> Int? {
        if isJSON {
            var reader = JSONValueReader(base: base, position: position)
            reader.beginContainer()
            return reader.nextElement() ? reader.position : nil
        }
        let head = MessagePackHead(base: base, at: position)
        return head.count == 0 ? nil : position &+ head.size
    }

    /// Where the element behind the one at `position` begins; `nil` if that was the last.
    ///
    /// - Parameter count: How many elements there are up to and with the one at `position`.
    @inline(__always)
    func element(after position: Int, count: Int, of array: Int) -> Int? {
        if isJSON {
            var reader = JSONValueReader(base: base, position: position)
            if let end = index.end(ofContainerAt: position) {
                reader.position = end
            } else {
                reader.skipValue()
            }
            if reader.nextElement() { return reader.position }
            index.note(start: array, end: reader.position)
            return nil
        }
        var end = index.end(ofContainerAt: position)
        let isLast = count >= MessagePackHead(base: base, at: array).count
        if end == nil {
            var reader = MessagePackReader(base: base, position: position)
            reader.skipValue()
            end = reader.position
        }
        if let end, isLast { index.note(start: array, end: end) }
        return isLast ? nil : end
    }

    func elementCount(of position: Int) -> Int {
        guard isJSON else { return MessagePackHead(base: base, at: position).count }
        var count = 0
        forEachElement(at: position) { _ in count += 1 }
        return count
    }
}
