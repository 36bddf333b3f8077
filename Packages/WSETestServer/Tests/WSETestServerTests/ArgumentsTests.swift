import Testing
import WSETestServer

@testable import wse_test_server

@Suite struct ArgumentsTests {
    @Test func optionsAreRead() throws {
        let arguments = try Arguments([
            "--port", "0", "--rate=2.5", "--topics", "a,b", "--cut-after", "3", "--secret=x=y", "--prefixed",
            "--drop", "0.5", "--seed", "7",
        ])
        #expect(arguments.port == 0)
        #expect(arguments.rate == 2.5)
        #expect(arguments.topics == ["a", "b"])
        #expect(arguments.cutAfter == 3)
        #expect(arguments.secret == "x=y")
        #expect(arguments.isPrefixed)
        #expect(
            arguments.faults
                == FaultScript(seed: 7).on(.chance(0.5), .drop).on(.chance(0), .duplicate()).on(
                    .chance(0), .reorder(by: 1)))
        guard case .serve = arguments.mode else {
            Issue.record("\(arguments.mode)")
            return
        }
    }

    @Test(arguments: [["--token"], ["--help"], ["-h"]])
    func modesAreRead(words: [String]) throws {
        switch (try Arguments(words).mode, words[0]) {
        case (.token, "--token"), (.help, "--help"), (.help, "-h"): break
        case (let mode, _): Issue.record("\(mode)")
        }
    }

    @Test(arguments: [
        ["--port", "65536"], ["--port", "-1"], ["--port"], ["--rate", "0"], ["--rate", "x"],
        ["--drop", "1.1"],
        ["--unknown"], ["word"], ["--seed", "-1"],
    ])
    func nonsenseIsNamed(words: [String]) {
        let failure = #expect(throws: Arguments.Failure.self) { try Arguments(words) }
        #expect(failure?.message.contains(words[0]) == true)
    }

    @Test func everyOptionIsInTheHelp() throws {
        for option in [
            "--host", "--port", "--secret", "--topics", "--rate", "--cut-after", "--drop", "--duplicate",
            "--reorder", "--seed", "--prefixed", "--token", "--help",
        ] {
            #expect(Arguments.help.contains("  \(option) "))
        }
    }
}
