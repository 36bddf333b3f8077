/// Writes the frames of a client: final, masked, with the shortest length (RFC 6455 section 5).
public enum FrameEncoder {
    /// How many bytes a frame with this much payload takes.
    public static func byteCount(payload count: Int) -> Int {
        switch count {
        case ...125: 6 + count
        case ...0xFFFF: 8 + count
        default: 14 + count
        }
    }

    /// Appends a frame; `output` must have room for ``byteCount(payload:)`` bytes.
    public static func append(
        _ opcode: Opcode, _ payload: RawSpan, maskKey: UInt32, to output: inout OutputRawSpan
    ) {
        let count = payload.byteCount
        output.append(0x80 | opcode.rawValue, as: UInt8.self)
        switch count {
        case ...125:
            output.append(0x80 | UInt8(count), as: UInt8.self)
        case ...0xFFFF:
            output.append(0x80 | 126, as: UInt8.self)
            output.append(UInt16(count).bigEndian, as: UInt16.self)
        default:
            output.append(0x80 | 127, as: UInt8.self)
            output.append(UInt64(count).bigEndian, as: UInt64.self)
        }
        output.append(maskKey, as: UInt32.self)
        output.append(masking: payload, with: maskKey)
    }
}

extension OutputRawSpan {
    /// Appends `payload` XORed with the four bytes of `key`, over and over, in memory order (section 5.3).
    fileprivate mutating func append(masking payload: RawSpan, with key: UInt32) {
        let count = payload.byteCount
        precondition(count <= freeCapacity)
        withUnsafeMutableBytes { buffer, initializedCount in
            payload.withUnsafeBytes { source in
                guard let from = source.baseAddress, let start = buffer.baseAddress else { return }
                // The precondition leaves room for `count` bytes from `to` on; all accesses stay below `count`.
                let to = start + initializedCount
                let wide = SIMD4<UInt32>(repeating: key)
                let key64 = UInt64(key) << 32 | UInt64(key)
                var index = 0
                while count - index >= 16 {
                    let block = (from + index).loadUnaligned(as: SIMD4<UInt32>.self) ^ wide
                    (to + index).storeBytes(of: block, as: SIMD4<UInt32>.self)
                    index += 16
                }
                if count - index >= 8 {
                    let word = (from + index).loadUnaligned(as: UInt64.self) ^ key64
                    (to + index).storeBytes(of: word, as: UInt64.self)
                    index += 8
                }
                // `index` is a multiple of eight, so the key starts anew here.
                var rest = key64.littleEndian
                while index < count {
                    let byte = (from + index).load(as: UInt8.self) ^ UInt8(truncatingIfNeeded: rest)
                    (to + index).storeBytes(of: byte, as: UInt8.self)
                    rest >>= 8
                    index += 1
                }
            }
            initializedCount += count
        }
    }
}
