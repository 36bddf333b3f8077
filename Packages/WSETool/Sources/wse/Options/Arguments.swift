public import ArgumentParser
public import WSEToolKit

// The values of options, for parsing, help and shell completion.
extension Listening.Format: ExpressibleByArgument {}
extension ByteForm: ExpressibleByArgument {}
extension ServerSettings.Frames: ExpressibleByArgument {}
extension FrameEncoding.Format: ExpressibleByArgument {}

/// Which published server the embedded one behaves like.
enum DialectOption: String, ExpressibleByArgument, CaseIterable {
    case current = "2.5.1"
    case prefixed = "2.0.1"
}
