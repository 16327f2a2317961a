/** A question that has to be answered, or left, before anything else goes on. */
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

export interface DialogProps {
  readonly isOpen: boolean;
  readonly title: string;
  readonly role?: 'dialog' | 'alertdialog';
  readonly size?: 'small' | 'large';
  onClose(): void;
  readonly children: ReactNode;
}

export function Dialog({ isOpen, title, role = 'dialog', size = 'small', onClose, children }: DialogProps) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable={role === 'dialog'}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className={`modal ${size}`}>
        <AriaDialog role={role} className="dialog">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
