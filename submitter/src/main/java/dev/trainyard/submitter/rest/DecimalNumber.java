package dev.trainyard.submitter.rest;

import java.beans.PropertyEditorSupport;

/** Reads a number of a query: in digits alone, where Spring takes 0x10 too, and removes blanks. */
final class DecimalNumber extends PropertyEditorSupport {

    @Override
    public void setAsText(String text) {
        if (!text.matches("-?[0-9]{1,9}")) {
            throw new IllegalArgumentException(text);
        }
        setValue(Integer.valueOf(text));
    }
}
