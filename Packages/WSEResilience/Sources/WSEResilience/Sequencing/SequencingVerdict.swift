/// What an ``EventSequencer`` or ``ConnectionSequencer`` decided about one event.
///
/// After any verdict but ``deliver`` and ``duplicate``, take all outputs with `nextOutput()` before the next call.
///
/// ```swift
/// let verdict = sequencer.process(
///     event, topic: event.topic, epoch: event.epoch, offset: event.offset, now: now)
/// if verdict == .deliver { consumer.take(event) }
/// ```
public enum SequencingVerdict: Sendable, Hashable {
    /// Its turn: hand it over now. There is no output.
    case deliver
    /// Seen before, or too late: within what was already delivered or announced as lost. Drop it.
    case duplicate
    /// Not its turn, and what is missing before it has been asked for. The sequencer keeps it.
    case hold
    /// Not its turn, and the first sign of it: these offsets are missing. The sequencer keeps the event; the
    /// outputs hold the request to send.
    case gap(missing: ClosedRange<UInt64>)
    /// The event is among the outputs, with what has to come before or after it.
    case release
}
