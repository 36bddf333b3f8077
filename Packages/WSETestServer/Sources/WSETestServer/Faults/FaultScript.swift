/// What shall happen to frames on their way to a client, rule by rule. The same script, seed and frames give the same
/// faults.
///
/// <!-- given: server: WSETestServer -->
/// ```swift
/// server.inject(
///     FaultScript(seed: 7)
///         .on(.frame(3), .drop)
///         .on(.every(10), .duplicate())
///         .on(.chance(0.01), .reorder(by: 3))
///         .on(.frame(500), .cut()))
/// ```
///
/// Frames are counted for each connection, from 1, from the moment at which the script is injected or the connection
/// begins. What counts is what the server means for the client, whatever becomes of it: a frame that is dropped counts,
/// one that is duplicated or held back counts once.
///
/// For each frame the first rule that matches acts, and no other. Only a stall, a cut or a close comes all the same after
/// what another rule made of the frame, unless that rule is ``Action/pass``.
public struct FaultScript: Sendable, Hashable {
    /// One rule.
    struct Rule: Sendable, Hashable {
        let trigger: Trigger
        let action: Action
    }

    /// What ``Trigger/chance(_:)`` and corruptions draw from, together with the connection's number.
    public let seed: UInt64
    /// Which frames are counted and hit; others pass.
    public let frames: WSETestServer.FrameKinds
    private(set) var rules: [Rule] = []

    /// A script without a rule.
    ///
    /// - Parameters:
    ///   - seed: Equal seeds make equal faults.
    ///   - frames: Which frames are counted and hit. Default: all but handshake, heartbeat and answers.
    public init(seed: UInt64 = 0, frames: WSETestServer.FrameKinds = .application) {
        self.seed = seed
        self.frames = frames
    }

    /// The same script with one more rule, which acts where none before it does; a stall, a cut or a close acts all the same.
    public func on(_ trigger: Trigger, _ action: Action) -> FaultScript {
        var script = self
        script.rules.append(Rule(trigger: trigger, action: action))
        return script
    }
}
