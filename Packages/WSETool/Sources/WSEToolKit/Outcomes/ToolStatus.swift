/// What the command tells its caller by its exit code; the codes are those of `sysexits.h` where it has one.
public struct ToolStatus: Sendable, Hashable {
    public let code: Int32

    init(code: Int32) {
        self.code = code
    }

    /// 0: done.
    public static let success = ToolStatus(code: 0)
    /// 1: what was looked at is not in order: a frame that cannot be read, a token that does not hold, an answer that is
    /// an error.
    public static let failure = ToolStatus(code: 1)
    /// 64: the command line makes no sense.
    public static let usage = ToolStatus(code: 64)
    /// 65: the data given makes no sense, such as a payload that is not JSON.
    public static let dataError = ToolStatus(code: 65)
    /// 66: a file that was to be read cannot be.
    public static let noInput = ToolStatus(code: 66)
    /// 69: there is no connection to the server.
    public static let unavailable = ToolStatus(code: 69)
    /// 70: an error in this program.
    public static let software = ToolStatus(code: 70)
    /// 73: a file that was to be written cannot be.
    public static let cannotCreate = ToolStatus(code: 73)
    /// 74: reading or writing failed half-way.
    public static let ioError = ToolStatus(code: 74)
    /// 75: not now: no answer in time, or too many messages.
    public static let temporaryFailure = ToolStatus(code: 75)
    /// 76: the peer does not speak the protocol, or not with the encryption asked for.
    public static let protocolError = ToolStatus(code: 76)
    /// 77: the server refuses the token, or every topic.
    public static let noPermission = ToolStatus(code: 77)

    /// 128 and the signal's number: interrupted before it was done; 130 after Ctrl-C.
    public static func interrupted(by signal: Int32) -> ToolStatus { ToolStatus(code: 128 + signal) }
}
