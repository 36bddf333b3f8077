import Logging

/// Signals, for who listens and for the log.
extension SessionEngine {
    func announce(_ signal: WSESignal) {
        switch signal {
        case .state(let state):
            logger.info("state changed", metadata: ["state": "\(state)"])
            states.yield(state)
        case .retrying(let delay, let cause):
            logger.warning("connecting again", metadata: ["after": "\(delay)", "cause": "\(cause)"])
        case .gap(let gap):
            logger.warning(
                "publications missing", metadata: ["topic": "\(gap.topic)", "offsets": "\(gap.offsets)"])
        case .unreadable(let error): logger.warning("frame skipped", metadata: ["reason": "\(error)"])
        case .serverError(let error): logger.warning("server error", metadata: ["error": "\(error)"])
        case .resync(let topic, _): logger.notice("new epoch", metadata: ["topic": "\(topic)"])
        case .refused(let topics):
            logger.warning("topics refused", metadata: ["topics": "\(topics.sorted())"])
        case .discarded(let ids):
            logger.warning("queued messages given up", metadata: ["count": "\(ids.count)"])
        case .downgrade(let type):
            logger.warning("event in the clear on an encrypted connection", metadata: ["type": "\(type)"])
        case .quality(let quality):
            logger.debug("network quality", metadata: ["quality": "\(quality)"])
        case .rateLimitWarning(let remaining, _):
            logger.warning(
                "close to the rate limit", metadata: ["remaining": "\(remaining.map(String.init) ?? "-")"])
        case .unverified(let type, let error):
            logger.warning(
                "event without a good signature",
                metadata: ["type": "\(type)", "reason": "\(error.map { "\($0)" } ?? "unsigned")"])
        case .undecodable(let type, let error):
            logger.warning("event skipped", metadata: ["type": "\(type)", "reason": "\(error)"])
        case .handlerFailed(let type, _):
            // What an application throws may tell what is in the event.
            logger.warning("a handler threw", metadata: ["type": "\(type)"])
        case .signalsDropped: break
        case .dropped(let count): logger.warning("events dropped", metadata: ["count": "\(count)"])
        }
        signals.yield(signal)
    }
}
