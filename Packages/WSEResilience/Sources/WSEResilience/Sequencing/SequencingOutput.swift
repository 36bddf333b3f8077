/// What an ``EventSequencer`` gives out besides its verdicts, to be acted upon in order.
///
/// ```swift
/// while let output = sequencer.nextOutput() {
///     switch output {
///     case .deliver(let event): consumer.take(event)
///     case .lost(let range): consumer.note("lost \(range.offsets) of \(range.topic)")
///     case .epochChanged(let change): consumer.note("\(change.topic) began anew")
///     case .request(let request): connection.ask(for: request)
///     }
/// }
/// ```
public enum SequencingOutput<Topic: Hashable & Sendable, Epoch: Hashable & Sendable, Element: Sendable>:
    Sendable
{
    /// Hand this event over: its turn has come.
    case deliver(Element)
    /// Tell the consumer that these events will not come; stands before the event that follows them.
    case lost(LostRange<Topic, Epoch>)
    /// Tell the consumer that the topic's history began anew; stands before the first event of the new epoch.
    case epochChanged(EpochChange<Topic, Epoch>)
    /// Ask the server for what is missing.
    case request(RecoveryRequest<Topic, Epoch>)
}

extension SequencingOutput: Equatable where Element: Equatable {}
