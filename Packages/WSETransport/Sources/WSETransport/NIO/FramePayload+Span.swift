import WebSocketFraming

extension FramePayload {
    /// Runs `body` with the payload of a control frame, which lies in the read's bytes or in the decoder.
    func withSpan<Result>(in bytes: RawSpan, control: [UInt8], _ body: (RawSpan) -> Result) -> Result {
        switch self {
        case .input(let offset, let count): body(bytes.extracting(offset..<(offset + count)))
        case .control(let offset, let count): body(control.span.bytes.extracting(offset..<(offset + count)))
        case .message: body(bytes.extracting(0..<0))
        }
    }
}
