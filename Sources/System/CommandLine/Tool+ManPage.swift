extension Tool {
  /// The manual page, in man(7) macros, section 1 (8 for a daemon, whose name ends in d).
  func manPage() -> String {
    let section = name.hasSuffix("d") ? 8 : 1
    var page = ".TH \(name.uppercased()) \(section) \"\" \"Liaison \(version)\" \"Liaison\"\n"
    page += ".SH NAME\n\(escaped(name)) \\- \(escaped(summary))\n.SH SYNOPSIS\n"
    for verb in verbs { page += ".PP\n\(escaped(usage(verb)))\n" }
    if !description.isEmpty {
      page += ".SH DESCRIPTION\n"
      for paragraph in description { page += ".PP\n\(escaped(paragraph))\n" }
    }
    if let only = verbs.first, only.name.isEmpty {
      page += paragraphs(only) + ".SH OPTIONS\n" + items(only)
    } else {
      page += ".SH VERBS\n"
      for verb in verbs {
        page += ".SS \(escaped(verb.name))\n\(escaped(verb.summary)).\n"
        page += paragraphs(verb) + items(verb)
      }
    }
    page += ".SH EXIT STATUS\n"
    for exit in exits { page += ".TP\n\(exit.number)\n\(escaped(exit.meaning))\n" }
    if !seeAlso.isEmpty {
      page += ".SH SEE ALSO\n\(escaped(seeAlso.joined(separator: ", ")))\n"
    }
    return page
  }

  private func paragraphs(_ verb: Verb) -> String {
    verb.details.map { ".PP\n\(escaped($0))\n" }.joined()
  }

  private func items(_ verb: Verb) -> String {
    rows(verb).map { ".TP\n.B \(escaped($0.0))\n\(escaped($0.1))\n" }.joined()
  }

  /// Dashes are dashes, and a line must not begin with a control character of roff.
  private func escaped(_ text: String) -> String {
    var result = text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" : ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      default: result.append(character)
      }
    }
    return result
  }
}
