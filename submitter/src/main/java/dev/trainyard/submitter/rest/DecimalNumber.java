package dev.trainyard.submitter.rest;

import java.beans.PropertyEditorSupport;

/** Reads a number in a query: decimal digits only. Spring would also read 0x10 and remove blanks. */
final class DecimalNumber extends PropertyEditorSupport {

    @Override
    public void setAsText(String text) {
        if (!text.matches("-?[0-9]{1,9}")) {
            throw new IllegalArgumentException(text);
        }
        setValue(Integer.valueOf(text));
    }
}
