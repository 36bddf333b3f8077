import Testing
import WSETestServer

@testable import wse_test_server

@Suite struct ArgumentsTests {
    @Test func optionsAreRead() throws {
        let arguments = try Arguments([
            "--port", "0", "--rate=2.5", "--topics", "a,b", "--cut-after", "3", "--cut-every", "0.5",
            "--secret-file=x=y", "--dialect", "2.0.1",
            "--drop", "0.5", "--seed", "7",
        ])
        #expect(arguments.port == 0)
        #expect(arguments.rate == 2.5)
        #expect(arguments.topics == ["a", "b"])
        #expect(arguments.cutAfter == 3)
        #expect(arguments.cutEvery == 0.5)
        #expect(arguments.secretFile == "x=y")
        #expect(arguments.dialect == .prefixed)
        #expect(
            arguments.faults
                == FaultScript(seed: 7).on(.chance(0.5), .drop).on(.chance(0), .duplicate()).on(
                    .chance(0), .reorder(by: 1)
                ).on(.frame(3), .cut()))
        guard case .serve = arguments.mode else {
            Issue.record("\(arguments.mode)")
            return
        }
    }

    @Test(arguments: [["--make-token"], ["--help"], ["-h"]])
    func modesAreRead(words: [String]) throws {
        switch (try Arguments(words).mode, words[0]) {
        case (.makeToken, "--make-token"), (.help, "--help"), (.help, "-h"): break
        case (let mode, _): Issue.record("\(mode)")
        }
    }

    @Test(arguments: [
        ["--port", "65536"], ["--port", "-1"], ["--port"], ["--rate", "0"], ["--rate", "x"],
        ["--drop", "1.1"],
        ["--unknown"], ["word"], ["--seed", "-1"], ["--dialect", "1.0.0"], ["--cut-after", "0"],
        ["--token"],
    ])
    func nonsenseIsNamed(words: [String]) {
        let failure = #expect(throws: Arguments.Failure.self) { try Arguments(words) }
        #expect(failure?.message.contains(words[0]) == true)
    }

    @Test func aSecretOnTheCommandLineIsRefusedAndNotRepeated() {
        for words in [["--secret", "s3cret"], ["--secret=s3cret"]] {
            let failure = #expect(throws: Arguments.Failure.self) { try Arguments(words) }
            #expect(failure?.message.contains("--secret-file") == true)
            #expect(failure?.message.contains("s3cret") == false)
        }
    }

    @Test func everyOptionIsInTheHelp() throws {
        for option in [
            "--host", "--port", "--secret-file", "--topics", "--rate", "--cut-every", "--cut-after", "--drop",
            "--duplicate", "--reorder", "--seed", "--dialect", "--make-token", "--help",
        ] {
            #expect(Arguments.help.contains("  \(option) "))
        }
    }
}
