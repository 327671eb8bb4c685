package dev.trainyard.worker.device;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** An element of {@code nvidia-smi -q -x}, read by path. A missing element counts as an empty text. */
record SmiElement(Element dom) {
    private static final String START = "<nvidia_smi_log>";
    private static final String END = "</nvidia_smi_log>";

    /**
     * nvidia-smi prints process names without escapes, with any bytes (seen in common-workflow-language/cwltool #1910). So any
     * program on the host could make the report invalid XML. These elements are removed first.
     */
    private static final List<String> PROCESSES = List.of("processes", "compute_processes", "accounted_processes");

    /**
     * Finds the report in the output. The same stream may contain warnings before and after it (corrupt infoROM), and its DOCTYPE
     * names a DTD that does not exist. So only the element itself is parsed.
     *
     * @return empty if there is no complete report
     */
    static Optional<SmiElement> log(String printed) throws DeviceProblem {
        int start = printed.indexOf(START);
        int end = printed.lastIndexOf(END);
        if (start < 0 || end < start) {
            return Optional.empty();
        }
        String xml = printed.substring(start, end + END.length());
        for (String name : PROCESSES) {
            xml = without(name, xml);
        }
        try {
            return Optional.of(new SmiElement(
                    parser().parse(new InputSource(new StringReader(xml))).getDocumentElement()));
        } catch (SAXException | IOException e) {
            throw new DeviceProblem("The report of nvidia-smi -q -x is broken XML: " + e.getMessage() + ".", e);
        }
    }

    /** Removes each element with this name, including its contents. */
    private static String without(String name, String xml) {
        String open = "<" + name + ">";
        String close = "</" + name + ">";
        StringBuilder kept = new StringBuilder();
        int at = 0;
        for (int start = xml.indexOf(open); start >= 0; start = xml.indexOf(open, at)) {
            int end = xml.indexOf(close, start);
            if (end < 0) {
                break;
            }
            kept.append(xml, at, start);
            at = end + close.length();
        }
        return kept.append(xml, at, xml.length()).toString();
    }

    private static DocumentBuilder parser() {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setExpandEntityReferences(false);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            return builder;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("The JDK's own XML parser lacks a feature it documents", e);
        }
    }

    List<SmiElement> children(String name) {
        return elements(dom.getChildNodes())
                .filter(child -> child.dom.getTagName().equals(name))
                .toList();
    }

    String attribute(String name) {
        return dom.getAttribute(name);
    }

    /** The text of the first element {@code a/b/c}. */
    String text(String path) {
        SmiElement at = this;
        for (String name : path.split("/", -1)) {
            List<SmiElement> found = at.children(name);
            if (found.isEmpty()) {
                return "";
            }
            at = found.getFirst();
        }
        return at.dom.getTextContent().strip();
    }

    /** The number at a path; 0 if there is none or the value is not a number. */
    long count(String path) {
        String text = text(path);
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    /** The texts of all elements within this one. */
    Stream<String> values() {
        return elements(dom.getElementsByTagName("*"))
                .map(element -> element.dom.getTextContent().strip());
    }

    private static Stream<SmiElement> elements(NodeList nodes) {
        return IntStream.range(0, nodes.getLength())
                .mapToObj(nodes::item)
                .filter(Element.class::isInstance)
                .map(node -> new SmiElement((Element) node));
    }
}
