/// Which wrappings a message was taken out of; each may occur once, which bounds the recursion.
struct FrameLayers: OptionSet {
    let rawValue: UInt8

    static let compressed = FrameLayers(rawValue: 1)
    static let encrypted = FrameLayers(rawValue: 2)
}
